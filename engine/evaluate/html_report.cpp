// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/comparison.h"
#include "evaluate/html_plot.h"
#include "evaluate/html_text.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace hone
{
namespace
{

using html::escaped;
using html::figure;
using html::percent;
using html::signedChange;

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
.table { padding: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-size: 11px; font-weight: 600; color: var(--muted); text-align: right; vertical-align: bottom; }
th, td { padding: 8px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { text-align: right; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 144px; }
tr:last-child td { border-bottom: 0; }
tr.best td { background: var(--row); }
tr.front td:first-child { font-weight: 600; }
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

enum class Wanted
{
    Less,
    More
};

// "−38 %" in small below the figure, coloured by whether that is what one wants; nothing for the first of its line.
std::string change(double before, double after, Wanted wanted)
{
    const auto text = signedChange(before, after);
    if (text.empty())
        return {};
    const bool same = text.starts_with("±");
    const bool better = wanted == Wanted::Less ? after < before : after > before;
    return fmt::format("<small{}>{}</small>", same ? "" : better ? R"( class="better")" : R"( class="worse")", text);
}

std::string pointsChange(double before, double after)
{
    const double points = std::round(1000 * (after - before)) / 10;
    if (points == 0)
        return "<small>±0.0</small>";
    return fmt::format(R"(<small class="{}">{}{:.1f}</small>)", points > 0 ? "better" : "worse", points > 0 ? "+" : "−", std::abs(points));
}

std::string accuracyCell(const std::optional<Evaluation>& evaluation, const std::optional<Evaluation>& parent)
{
    if (!evaluation || !evaluation->accuracy)
        return "<td>–</td>";
    const auto& accuracy = *evaluation->accuracy;
    auto cell = fmt::format(R"(<td>{} <span class="muted">± {}</span>)", percent(accuracy.top1),
                            percent((accuracy.top1High - accuracy.top1Low) / 2));
    if (parent && parent->accuracy)
        cell += pointsChange(parent->accuracy->top1, accuracy.top1);
    return cell + "</td>";
}

std::string row(const Comparison& comparison, std::size_t index)
{
    const auto& model = comparison.models[index];
    const auto* parent = model.parent >= 0 && static_cast<std::size_t>(model.parent) < comparison.models.size()
                             ? &comparison.models[static_cast<std::size_t>(model.parent)]
                             : nullptr;
    const auto& facts = model.validation.facts;
    const auto cell = [&](double value, double parentValue) {
        return fmt::format("<td>{}{}</td>", figure(value), parent ? change(parentValue, value, Wanted::Less) : "");
    };
    std::string out = fmt::format(R"(<tr class="{}{}"><td>{}<small>{}</small></td>)", model.pareto ? "front" : "",
                                  index == comparison.best() ? " best" : "", escaped(model.name),
                                  parent ? "from " + escaped(parent->name) : index == 0 ? "original" : "");
    out += accuracyCell(model.validation, parent ? std::optional(parent->validation) : std::nullopt);
    out += accuracyCell(model.test, parent ? parent->test : std::nullopt);
    out += cell(static_cast<double>(facts.sizeBytes) / 1e3, parent ? static_cast<double>(parent->validation.facts.sizeBytes) / 1e3 : 0);
    out += cell(static_cast<double>(facts.parameters) / 1e3, parent ? static_cast<double>(parent->validation.facts.parameters) / 1e3 : 0);
    out += cell(static_cast<double>(facts.macs) / 1e6, parent ? static_cast<double>(parent->validation.facts.macs) / 1e6 : 0);
    if (const auto& latency = model.validation.latency)
        out += fmt::format("<td>{}{}</td><td>{}</td>", figure(latency->p50Ms),
                           parent && parent->validation.latency ? change(parent->validation.latency->p50Ms, latency->p50Ms, Wanted::Less) : "",
                           figure(latency->p95Ms));
    else
        out += "<td>–</td><td>–</td>";
    if (const auto& accuracy = model.validation.accuracy)
        out += fmt::format("<td>{}</td><td>{:.3f}</td>", percent(accuracy->top5), accuracy->loss);
    else
        out += "<td>–</td><td>–</td>";
    return out + fmt::format("<td>{}</td></tr>\n", percent(model.agreement));
}

std::string samplesText(const Comparison& comparison)
{
    std::string text = "Data: " + escaped(comparison.dataName) + ".";
    if (comparison.models.empty())
        return text;
    const auto& first = comparison.models.front();
    if (first.validation.accuracy)
        text += fmt::format(" Validation: {} samples.", figure(static_cast<double>(first.validation.accuracy->samples)));
    if (first.test && first.test->accuracy)
        text += fmt::format(" Test: {} samples.", figure(static_cast<double>(first.test->accuracy->samples)));
    return text;
}

std::string lead(const Comparison& comparison)
{
    if (comparison.models.empty())
        return "<p>No models were compared.</p>";
    const auto& best = comparison.models[comparison.best()];
    if (!best.validation.accuracy)
        return {};
    const auto& original = comparison.models.front();
    auto text = fmt::format(R"(<p class="lead"><strong>{}</strong> is worth deploying: {} % on validation in {} kB)", escaped(best.name),
                            percent(best.validation.accuracy->top1), figure(static_cast<double>(best.validation.facts.sizeBytes) / 1000));
    if (&best != &original && original.validation.accuracy)
        text += fmt::format(", against {} % in {} kB for {}", percent(original.validation.accuracy->top1),
                            figure(static_cast<double>(original.validation.facts.sizeBytes) / 1000), escaped(original.name));
    return text + ".</p>";
}

std::string plainNotice(const Message& message)
{
    std::string text(name(message.code));
    for (const auto& [key, value] : message.arguments)
        text += fmt::format("{} {}: {}", text.ends_with(")") ? "" : text.find(':') == text.npos ? ":" : ",", key, value);
    return text;
}

std::string notices(const Comparison& comparison, const NoticeText& noticeText)
{
    std::set<std::string> seen; // the same pictures are skipped for every model
    std::string items;
    const auto add = [&](const Evaluation& evaluation) {
        for (const auto& message : evaluation.notices)
            if (const auto text = noticeText ? noticeText(message) : plainNotice(message); seen.insert(text).second)
                items += "<li>" + escaped(text) + "</li>\n";
    };
    for (const auto& model : comparison.models) {
        add(model.validation);
        if (model.test)
            add(*model.test);
    }
    return items.empty() ? items : "<h2>Notices</h2>\n<ul>\n" + items + "</ul>\n";
}

constexpr const char* tableHead =
    R"(<table><thead><tr><th>Model</th><th>Validation, %</th><th>Test, %</th><th>File, kB</th><th>Parameters, k</th><th>MMACs</th>)"
    R"(<th>p50, ms</th><th>p95, ms</th><th>Top-5, %</th><th>Loss</th><th>Same, %</th></tr></thead><tbody>)";

constexpr const char* legend =
    R"(<p class="note">Accuracy is top-1 with its 95 % interval (Wilson). The line joins the models that no other beats in both size and accuracy;
the ring is the original; thin arrows lead from a model to what was made from it; the halo marks what is worth deploying: the smallest file on the
line within one point of the most accurate. Choices go by validation alone; the test figures stand beside it and were not used to choose.
Small figures are changes against the model that it was made from. Latency: ONNX Runtime, one picture at a time. Same answers: share of the
validation samples on which a model answers as the first one does.</p>)";

} // namespace

std::string htmlReport(const Comparison& comparison, const NoticeText& noticeText)
{
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out += fmt::format("<title>Hone: {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n", escaped(comparison.dataName), styleSheet);
    out += fmt::format("<h1>Accuracy against size</h1>\n<p class=\"muted\">{}</p>\n", samplesText(comparison));
    out += lead(comparison) + "\n";
    if (const auto plot = html::accuracySizePlot(comparison); !plot.empty())
        out += "<div class=\"card\">" + plot + "</div>\n";
    out += "<h2>Models</h2>\n<div class=\"card table\">" + std::string(tableHead) + "\n";
    for (std::size_t i = 0; i < comparison.models.size(); ++i)
        out += row(comparison, i);
    out += "</tbody></table></div>\n" + notices(comparison, noticeText);
    return out + "<h2>How to read this</h2>\n" + legend + "\n</main>\n</body>\n</html>\n";
}

} // namespace hone
