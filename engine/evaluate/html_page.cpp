// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/html_page.h"

#include "evaluate/html_text.h"

#include <fmt/format.h>

namespace hone::html
{
namespace
{

constexpr const char* styleSheet = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --surface: #ffffff; --line: #e3e6eb; --groove: #dfe3ea; --row: #e3f4f6;
  --text: #1b1f27; --muted: #5f687b; --accent: #0b7285; --better: #1864ab; --worse: #b35208; --dot: #8a93a5; --arrow: #aab1bf; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --surface: #1b1f26; --line: #2b313b; --groove: #333b47;
  --row: #123239; --text: #e7eaf0; --muted: #95a0b2; --accent: #3bc9db; --better: #74c0fc; --worse: #ffa94d; --dot: #76819a;
  --arrow: #566075; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 13px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 32px 24px; }
h1 { font-size: 22px; font-weight: 600; margin: 0 0 4px; }
h2 { font-size: 16px; font-weight: 600; margin: 32px 0 8px; }
p { margin: 0 0 8px; }
.muted, .note { color: var(--muted); }
.lead { font-size: 16px; margin: 16px 0 24px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow-x: auto; }
.card + .note { margin-top: 8px; }
.table { padding: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-size: 11px; font-weight: 600; color: var(--muted); text-align: right; vertical-align: bottom; }
th, td { padding: 8px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { text-align: right; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 144px; }
.layers td:first-child { min-width: 176px; }
th.text, td.text { text-align: left; white-space: normal; }
tr:last-child td { border-bottom: 0; }
tr.best td { background: var(--row); }
tr.front td:first-child { font-weight: 600; }
dl { margin: 0; } dt { font-weight: 600; } dd { margin: 0 0 12px; } dd:last-child { margin-bottom: 0; }
dd p { margin: 4px 0 0; } code { font: 12px ui-monospace, monospace; color: var(--muted); overflow-wrap: anywhere; }
small { display: block; font-size: 11px; color: var(--muted); }
.better { color: var(--better); } .worse { color: var(--worse); }
.plot { width: 100%; height: auto; display: block; font: 12px system-ui, sans-serif; }
.plot .grid { stroke: var(--line); } .plot .tick { fill: var(--muted); font-size: 11px; }
.plot .interval { stroke: var(--dot); } .plot .interval.front { stroke: var(--accent); }
.plot .point { fill: var(--dot); } .plot .point.front { fill: var(--accent); }
.plot .ring { fill: var(--surface); stroke: var(--dot); stroke-width: 2; } .plot .ring.front { stroke: var(--accent); }
.plot .halo { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.plot .frontline { fill: none; stroke: var(--accent); stroke-width: 1.5; opacity: .7; }
.plot .arrow { stroke: var(--arrow); } .plot .arrowhead { fill: var(--arrow); } .plot .leader { stroke: var(--line); }
.plot .label { fill: var(--muted); } .plot .label.front { fill: var(--text); font-weight: 600; }
@media print { body { background: #fff; } main { padding: 0; } }
)";

} // namespace

std::string page(std::string_view title, std::string_view content)
{
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
           fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n", escaped(title),
                       styleSheet, content);
}

} // namespace hone::html
