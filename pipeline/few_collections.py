"""Imported first by the command line, for its effect: Python looks for cycles of dead objects every 50,000 objects, not
every 700. Importing and loading kernels makes a million objects that stay; going through them again and again takes a
tenth of that time.
"""

import gc

gc.set_threshold(50_000)
