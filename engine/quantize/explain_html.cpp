// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/html_page.h"
#include "evaluate/html_text.h"
#include "quantize/explain.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone
{
namespace
{

using html::escaped;
using html::figure;
using html::percent;

// The plot's own measures; the page scales it to its width.
constexpr double width = 1080;
constexpr double height = 240;
constexpr double left = 40;
constexpr double bottom = 20;
constexpr double mostDb = 60;

double across(std::size_t place, std::size_t count)
{
    return left + (width - left) * (static_cast<double>(place) + 0.5) / static_cast<double>(count);
}

double down(double decibels)
{
    return (height - bottom) * (1 - std::clamp(decibels, 0.0, mostDb) / mostDb);
}

// Signal-to-noise over the layers in order: dots for what each adds by itself, a line for what has come together.
std::string plot(const Explanation& explanation)
{
    std::string out =
        fmt::format(R"(<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="Signal-to-noise ratio by layer">)", width, height);
    for (double decibels = 0; decibels <= mostDb; decibels += 20)
        out += fmt::format(
            R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/><text class="tick" x="0" y="{3:.1f}">{4:.0f} dB</text>)",
            left, width, down(decibels), std::max(10.0, down(decibels) - 2), decibels);
    const auto count = explanation.layers.size();
    std::string line;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& layer = explanation.layers[i];
        line += fmt::format("{}{:.1f},{:.1f}", i > 0 ? " " : "", across(i, count), down(layer.snrDb));
        out +=
            fmt::format(R"(<circle class="point" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}: {:.1f} dB, by itself {:.1f} dB</title></circle>)",
                        across(i, count), down(layer.snrAloneDb), escaped(layer.name), layer.snrDb, layer.snrAloneDb);
    }
    return out + fmt::format(R"(<polyline class="frontline" points="{}"/></svg>)", line);
}

std::string list(const std::vector<std::string>& items)
{
    std::string out;
    for (const auto& item : items)
        out += "<li>" + item + "</li>\n";
    return out.empty() ? out : "<ul>\n" + out + "</ul>\n";
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

std::string layerTable(const Explanation& explanation)
{
    std::string out =
        "<div class=\"card table\"><table><thead><tr><th>Layer</th><th>Operator</th><th>SNR, dB</th><th>By itself, dB</th>"
        "<th>Saturated, %</th><th>Steps used, %</th><th>Float, µs</th><th>Quantized, µs</th><th>Kernels</th></tr></thead><tbody>\n";
    for (const auto& layer : explanation.layers) {
        const bool first = explanation.firstDivergence && explanation.firstDivergence->layer == layer.name;
        const bool slower = layer.quantizedMicroseconds > layer.floatMicroseconds;
        out += fmt::format("<tr{}><td>{}</td><td>{}</td><td>{:.1f}</td><td>{:.1f}</td>", first ? R"( class="best")" : "",
                           escaped(layer.name), escaped(layer.opType), layer.snrDb, layer.snrAloneDb);
        out += layer.use ? fmt::format("<td>{}</td><td>{}</td>", percent(layer.use->saturatedShare), percent(layer.use->usedShare))
                         : "<td>–</td><td>–</td>";
        out += fmt::format("<td>{}</td><td{}>{}</td><td>{}</td></tr>\n", figure(layer.floatMicroseconds), slower ? R"( class="worse")" : "",
                           figure(layer.quantizedMicroseconds), escaped(joined(layer.quantizedKernels)));
    }
    return out + "</tbody></table></div>\n";
}

std::string unfusedTable(const Explanation& explanation)
{
    if (explanation.unfused.empty())
        return {};
    std::string out = "<h2>Conversions that stand alone</h2>\n<div class=\"card table\"><table><thead><tr><th>Value</th><th>Operator</th>"
                      "<th>Between</th><th>Time, µs</th></tr></thead><tbody>\n";
    for (const auto& [conversion, microseconds] : explanation.unfused)
        out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", escaped(conversion.value), escaped(conversion.opType),
                           escaped(joined(conversion.around)), figure(microseconds));
    return out + "</tbody></table></div>\n";
}

} // namespace

std::string explanationHtml(const Explanation& explanation, const std::function<std::string(const Message&)>& text)
{
    const auto& totals = explanation.totals;
    std::string out = fmt::format("<h1>Why {} is as it is</h1>\n<p class=\"muted\">Against {}; {} samples of {}.</p>\n",
                                  escaped(explanation.quantized.filename().string()), escaped(explanation.floating.filename().string()),
                                  explanation.samples, name(explanation.split));
    out += fmt::format("<p class=\"lead\">{} ms against {} ms in float; {} nodes compute on integers, {} in float.</p>\n",
                       figure(totals.quantizedLatencyMs), figure(totals.floatLatencyMs), totals.integerNodes, totals.floatNodes);
    std::vector<std::string> advice;
    for (const auto& message : explanation.advice) {
        advice.push_back(escaped(text(message)));
        if (message.code == MessageCode::AdviceKeepFloat && explanation.proposal)
            advice.back() += "<br><code>" + escaped(explanation.proposal->command) + "</code>";
    }
    if (explanation.weightsOnly)
        advice.push_back(escaped(sentence(*explanation.weightsOnly)));
    out += "<h2>What to change</h2>\n" + list(advice);
    out += "<h2>Where the error grows</h2>\n<div class=\"card\">" + plot(explanation) + "</div>\n";
    if (const auto equalized = equalizedSentence(explanation); !equalized.empty())
        out += "<p class=\"note\">" + escaped(equalized) + "</p>\n";
    out += "<h2>Layers</h2>\n" + layerTable(explanation) + unfusedTable(explanation);
    std::vector<std::string> notices;
    for (const auto& message : explanation.notices)
        notices.push_back(escaped(text(message)));
    if (!notices.empty())
        out += "<h2>Notices</h2>\n" + list(notices);
    const auto processor = explanation.processor.find("processor");
    const auto features = explanation.processor.find("features");
    if (processor != explanation.processor.end() && features != explanation.processor.end())
        out += fmt::format("<p class=\"note\">Measured on {} ({}), one sample, one thread.</p>\n", escaped(processor->second),
                           escaped(features->second));
    out += "<h2>How to read this</h2>\n<p class=\"note\">SNR is 10 log10 of the float value's energy over that of the difference; the line "
           "is what has come "
           "together up to a layer, a dot what the layer adds where it reads the float model's values. Times are those of the kernels that "
           "a layer "
           "became in ONNX Runtime. The coloured row is where the answers part.</p>\n";
    return html::page("Hone: " + explanation.quantized.filename().string(), out);
}

} // namespace hone
