"""The report's style sheet and the patterns its charts use. Light and dark follow the reader's system; paper is light.

Colours keep a contrast of at least 4.5 for text and 3 for what is drawn, on both backgrounds. Drops are hatched and
quarantine is dotted, so that neither hangs on colour alone; marks in texts are lines as well.
"""

from collections.abc import Mapping

SOURCE_COLOURS = 8
STAGE_COLOURS = 12

LIGHT = {
    "paper": "#ffffff", "raised": "#f5f6f4", "ink": "#1b1f23", "soft": "#555e68", "rule": "#d8dcd8", "link": "#0b5c93",
    "warn": "#fdf1d6", "warn-edge": "#a97400", "code": "#f1f3f0",
    "ins": "#cdeedd", "del": "#f9d9d0", "mark": "#fbe7a1",
    "kept": "#0d7a67", "dropped": "#b2472f", "quarantined": "#a97400", "changed": "#6d7a86",
    "asked": "#87919b", "planned": "#3f7fbf", "realised": "#0d7a67",
    "s0": "#2f6db3", "s1": "#17876f", "s2": "#7d5bb5", "s3": "#3891c4", "s4": "#788c20",
    "s5": "#b9589c", "s6": "#5b6c79", "s7": "#94774b",
    "t0": "#87919b", "t1": "#66788f", "t2": "#4f62a8", "t3": "#7550ad", "t4": "#9c429f",
    "t5": "#bd4288", "t6": "#d35468", "t7": "#cf6640", "t8": "#b97c14", "t9": "#8d7a12",
    "t10": "#7a5c3a", "t11": "#5c4a44",
}  # fmt: skip
DARK = {
    "paper": "#15181b", "raised": "#1e2226", "ink": "#e6e8ea", "soft": "#a3acb5", "rule": "#373d43", "link": "#7ab8ea",
    "warn": "#33290f", "warn-edge": "#dca63a", "code": "#23282d",
    "ins": "#134232", "del": "#54261c", "mark": "#4d3f08",
    "kept": "#35b89e", "dropped": "#e5806a", "quarantined": "#dca63a", "changed": "#8d97a1",
    "asked": "#8d97a1", "planned": "#6aa5e0", "realised": "#35b89e",
    "s0": "#6aa5e0", "s1": "#35b08f", "s2": "#ab8ee0", "s3": "#71c3ee", "s4": "#abc04c",
    "s5": "#e08cc5", "s6": "#96a9b8", "s7": "#c5a676",
    "t0": "#a0a9b2", "t1": "#8199b5", "t2": "#7f93dc", "t3": "#a883de", "t4": "#cb78cd",
    "t5": "#e777b3", "t6": "#f08090", "t7": "#f19a72", "t8": "#e7b04e", "t9": "#d3bd4d",
    "t10": "#c9a37c", "t11": "#b79e95",
}  # fmt: skip


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


_PLAIN_FILLS = [
    *("kept", "changed", "asked", "planned", "realised"),
    *(f"s{i}" for i in range(SOURCE_COLOURS)),
    *(f"t{i}" for i in range(STAGE_COLOURS)),
]

STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    f"@media print{{:root{{color-scheme:light;{_variables(LIGHT)}}}}}"
    + "".join(f".{name}{{fill:var(--{name})}}" for name in _PLAIN_FILLS)
    + """
.curve{fill:none;stroke:var(--ink);stroke-width:1.75;vector-effect:non-scaling-stroke}
.dot{fill:var(--ink);stroke:var(--paper);stroke-width:1}
.threshold{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
.dropped{fill:url(#hatch)}
.quarantined{fill:url(#dots)}
#hatch rect,#dots circle{fill:var(--paper)}
#hatch .ground{fill:var(--dropped)}
#dots .ground{fill:var(--quarantined)}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);
 font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-print-color-adjust:exact;
 print-color-adjust:exact}
main,header,nav,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.75rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 .5rem}
h3{font-size:1.02rem;margin:1.5rem 0 .25rem}
section{padding:1.75rem 0 .5rem;border-top:1px solid var(--rule);margin-top:1.5rem}
a{color:var(--link)}
p{margin:.4rem 0}
.lead,.note,.sub{color:var(--soft)}
.lead{max-width:46rem;margin:0 0 1rem}
.note,.sub{font-size:.875rem}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace;font-size:.875em}
code{overflow-wrap:anywhere}
nav ul{list-style:none;padding:0;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0;
 padding:0}
.tiles div{background:var(--raised);border-radius:.5rem;padding:.6rem .8rem}
.tiles dt{color:var(--soft);font-size:.8rem}
.tiles dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles dd small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
.warn{background:var(--warn);border-left:4px solid var(--warn-edge);border-radius:.25rem;padding:.6rem 1rem;
 margin:1.25rem 0 0}
.warn h2,.remarks h2{font-size:1.05rem;margin:0}
.remarks{margin:1.25rem 0 0}
.warn ul,.remarks ul{margin:.25rem 0;padding-left:1.2rem}
.pair{display:grid;grid-template-columns:1fr;gap:1rem 2.5rem}
@media (min-width:62rem){.pair{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
figure{margin:0 0 1rem;container-type:inline-size;break-inside:avoid-page;min-width:0}
figcaption{font-weight:600;margin:0 0 .4rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1rem;padding:0;margin:0 0 .6rem;font-size:.85rem;
 color:var(--soft)}
.legend li{overflow-wrap:anywhere}
.key{margin-right:.35rem;vertical-align:-1px}
.strip,.histogram{display:block;overflow:visible}
.histogram text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
.grid{stroke:var(--rule)}
.tick{stroke:var(--soft)}
.bars{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 .75rem}
.bars li{display:grid;grid-template-columns:subgrid;grid-column:1/-1;padding:.15rem 0;font-size:.9rem;line-height:1.35}
.bars .label{overflow-wrap:anywhere}
.bars .value{font-variant-numeric:tabular-nums;color:var(--soft);text-align:right;grid-row:1;grid-column:2}
.bars .strip{grid-column:1/-1;margin:.1rem 0 .25rem;background:linear-gradient(var(--rule),var(--rule)) 0 100%/100% 1px
 no-repeat}
.bars.short{grid-template-columns:auto minmax(0,1fr) auto}
.bars.short li{align-items:center}
.bars.short .strip{grid-column:2;grid-row:1;margin:0}
.bars.short .value{grid-column:3}
@container (min-width:34rem){
.bars{grid-template-columns:fit-content(17rem) minmax(0,1fr) auto}
.bars li{align-items:center}
.bars .strip{grid-column:2;grid-row:1;margin:0}
.bars .value{grid-column:3}
.aligned .bars,.aligned .bars.short{grid-template-columns:16rem minmax(0,1fr) 7.5rem}
}
.groups{list-style:none;margin:0;padding:0}
.groups>li{padding:.3rem 0;break-inside:avoid-page}
.groups .value{min-width:4rem}
.groups>li>.label{font-weight:600;font-size:.9rem;overflow-wrap:anywhere}
.funnel{list-style:none;margin:0;padding:0}
.funnel>li{break-inside:avoid-page}
.funnel .between{position:relative;padding:.35rem .4rem .3rem}
.funnel .ribbons{position:absolute;inset:0;opacity:.2}
.funnel .between>:not(svg){position:relative}
.funnel li:first-child .between{padding-left:0;padding-right:0}
.funnel .head{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;font-size:.95rem}
.funnel .head b{font-weight:600}
.funnel .head span{font-variant-numeric:tabular-nums}
.funnel .why{font-size:.85rem;margin:.1rem 0 0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.75rem 0;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.875rem;line-height:1.35;font-variant-numeric:tabular-nums}
table{min-width:min(100%,24rem)}
.wide table{min-width:100%}
.wide table:has(th:nth-child(5)){min-width:max(100%,64rem)}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding:0 0 .3rem}
th,td{text-align:left;vertical-align:top;padding:.28rem .8rem .28rem 0;border-bottom:1px solid var(--rule);
 font-weight:400}
thead th{font-weight:600;white-space:nowrap;color:var(--soft)}
tbody th{overflow-wrap:break-word}
.wide tbody th{min-width:5.5rem}
td.n,th.n{text-align:right;white-space:nowrap}
.wide td:not(.n){overflow-wrap:anywhere;min-width:7rem}
details{margin:.5rem 0}
summary{cursor:pointer;padding:.2rem 0;font-size:.925rem}
summary:focus-visible{outline:2px solid var(--link)}
details details{margin:.15rem 0 .15rem 1rem}
.sample{border-left:3px solid var(--rule);padding:.1rem 0 .1rem .8rem;margin:.6rem 0;break-inside:avoid-page}
.sample .sub{overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--code);border-radius:.35rem;padding:.6rem .8rem;
 margin:.35rem 0; max-height:24rem;overflow:auto;unicode-bidi:plaintext;text-align:start}
.sides{container-type:inline-size}
.sides>div{display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem 1rem}
@container (min-width:40rem){.sides>div{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
ins,del,mark{color:inherit;border-radius:.15rem}
ins{background:var(--ins);text-decoration:underline 2px;text-underline-offset:2px}
del{background:var(--del);text-decoration:line-through}
mark{background:var(--mark);text-decoration:underline dotted 2px;text-underline-offset:3px}
.gap{color:var(--soft);user-select:none}
footer{color:var(--soft);font-size:.85rem;padding-top:1.5rem;padding-bottom:3rem}
@media print{
body{font-size:10.5pt}
nav{display:none}
h2,h3,figcaption,caption{break-after:avoid-page}
tr{break-inside:avoid-page}
figure:has(.funnel){break-inside:auto}
pre{max-height:none}
.scroll{overflow:visible}
}
"""
)

# Referred to by every chart; an SVG of no size, because one that is not displayed would take its patterns along.
PATTERNS = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="5" height="5"/><rect width="1.2" height="5" opacity=".55"/></pattern>'
    '<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect class="ground" width="5" height="5"/><circle cx="2.5" cy="2.5" r="1"/></pattern>'
    "</defs></svg>"
)
