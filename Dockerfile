# Workers of Apache Beam runners: Beam's SDK image, the locked dependencies, and Winnow itself.
#   docker build -t REGISTRY/winnow:0.1.0 .
#   winnow run RECIPE --out gs://... --driver beam -- --runner DataflowRunner --sdk_container_image REGISTRY/winnow:0.1.0 \
#     --sdk_location container --project ... --region ... --temp_location gs://...
FROM apache/beam_python3.11_sdk:2.77.0
WORKDIR /opt/winnow
COPY requirements.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pipeline pipeline
COPY classifiers classifiers
COPY recipes recipes
# The numba cache is per processor kind: it is filled on the first task of a worker, not here.
ENV NUMBA_CACHE_DIR=/tmp/winnow-numba TOKENIZERS_PARALLELISM=false
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
