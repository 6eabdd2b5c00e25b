// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/evaluation.h"
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
constexpr double top = 8; // so that dots at the largest ratio are whole
constexpr double bottom = 20;
constexpr double mostDb = 60;

// What two measurements of a kernel differ by is not told as a loss.
constexpr double clearlySlower = 1.05;

double across(std::size_t place, std::size_t count)
{
    return left + (width - left) * (static_cast<double>(place) + 0.5) / static_cast<double>(count);
}

double down(double decibels)
{
    return top + (height - bottom - top) * (1 - std::clamp(decibels, 0.0, mostDb) / mostDb);
}

bool isWherePartingIs(const Explanation& explanation, const ExplainedLayer& layer)
{
    return explanation.firstDivergence && explanation.firstDivergence->layer == layer.name;
}

// What the layer that stands out is; empty where none does.
std::string placeOfParting(const Explanation& explanation)
{
    if (!explanation.firstDivergence)
        return {};
    return explanation.firstDivergence->below ? "where the answers part" : "where the error grows most";
}

std::string decibels(double ratio)
{
    return ratio >= largestSnrDb ? "exact" : fmt::format("{:.1f}", ratio);
}

// The first and the last layer's name below their places.
std::string ends(const Explanation& explanation)
{
    constexpr std::size_t longest = 40;
    const auto& layers = explanation.layers;
    if (layers.empty())
        return {};
    std::string out = fmt::format(R"(<text class="tick" x="{}" y="{}">{}</text>)", left, height - 4,
                                  escaped(html::shortened(layers.front().name, longest)));
    if (layers.size() > 1)
        out += fmt::format(R"(<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>)", width, height - 4,
                           escaped(html::shortened(layers.back().name, longest)));
    return out;
}

// Signal-to-noise over the layers in order: dots for what each adds by itself, a line for what has come together.
std::string plot(const Explanation& explanation)
{
    std::string out =
        fmt::format(R"(<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="Signal-to-noise ratio by layer">)", width, height);
    for (double tick = 0; tick <= mostDb; tick += 20)
        out += fmt::format(
            R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/><text class="tick" x="0" y="{3:.1f}">{4:.0f} dB</text>)",
            left, width, down(tick), down(tick) + 4, tick);
    const auto count = explanation.layers.size();
    std::string line;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& layer = explanation.layers[i];
        line += fmt::format("{}{:.1f},{:.1f}", i > 0 ? " " : "", across(i, count), down(layer.snrDb));
        out += fmt::format(R"(<circle class="point{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}: {} dB, by itself {} dB</title></circle>)",
                           isWherePartingIs(explanation, layer) ? " front" : "", across(i, count), down(layer.snrAloneDb),
                           isWherePartingIs(explanation, layer) ? 5 : 3, escaped(layer.name), decibels(layer.snrDb),
                           decibels(layer.snrAloneDb));
    }
    return out + ends(explanation) + fmt::format(R"(<polyline class="frontline" points="{}"/></svg>)", line);
}

// Where the answers part, or the largest fall is, in a sentence.
std::string parting(const Explanation& explanation)
{
    const auto& first = explanation.firstDivergence;
    if (!first)
        return {};
    return fmt::format("<p>{} <strong>{}</strong>: {:.1f} dB, behind {}.</p>\n",
                       first->below ? "The answers part at" : "The error grows most at", escaped(first->layer), first->snrDb,
                       first->before >= largestSnrDb ? "exact values" : fmt::format("{:.1f} dB", first->before));
}

std::string errorPlot(const Explanation& explanation)
{
    const auto place = placeOfParting(explanation);
    return parting(explanation) + "<div class=\"card\">" + plot(explanation) +
           "</div>\n<p class=\"note\">Signal-to-noise ratio by layer, in the order in which they are computed: the line is what has come "
           "together, a dot what the layer adds by itself" +
           (place.empty() ? "" : ", the large dot " + place) + ".</p>\n";
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

using Text = std::function<std::string(const Message&)>;

std::string adviceList(const Explanation& explanation, const Text& text)
{
    std::vector<std::string> advice;
    for (const auto& message : explanation.advice) {
        advice.push_back(escaped(text(message)));
        if (message.code == MessageCode::AdviceKeepFloat && explanation.proposal)
            advice.back() += "<br><code>" + escaped(explanation.proposal->command) + "</code>";
    }
    if (explanation.weightsOnly)
        advice.push_back(escaped(sentence(*explanation.weightsOnly)));
    return list(advice);
}

std::string noticeList(const Explanation& explanation, const Text& text)
{
    std::vector<std::string> notices;
    for (const auto& message : explanation.notices)
        notices.push_back(escaped(text(message)));
    return list(notices);
}

// What was compared on how many samples, and how fast both are; that as a paragraph of that kind.
std::string measured(const Explanation& explanation, const std::string& floating, std::string_view paragraph)
{
    const auto& totals = explanation.totals;
    return fmt::format("<p class=\"muted\">Against {}; {} samples of {}.</p>\n", escaped(floating), explanation.samples,
                       name(explanation.split)) +
           fmt::format("<{}>{} ms against {} ms in float ({:.2f} times); {} nodes compute on integers, {} in float.</p>\n", paragraph,
                       figure(totals.quantizedLatencyMs), figure(totals.floatLatencyMs),
                       totals.floatLatencyMs > 0 ? totals.quantizedLatencyMs / totals.floatLatencyMs : 0, totals.integerNodes,
                       totals.floatNodes);
}

std::vector<ExplainedLayer> worstLayers(std::vector<ExplainedLayer> layers)
{
    constexpr std::size_t most = 8;
    std::ranges::stable_sort(layers, {}, &ExplainedLayer::snrAloneDb);
    layers.resize(std::min(most, layers.size()));
    return layers;
}

std::string layerTable(const Explanation& explanation, const std::vector<ExplainedLayer>& layers)
{
    std::string out = "<div class=\"card table layers\"><table><thead><tr><th>Layer</th><th class=\"text\">Operator</th><th>SNR, "
                      "dB</th><th>By itself, dB</th>"
                      "<th>Saturated, %</th><th>Steps used, %</th><th>Float, µs</th><th>Quantized, µs</th><th class=\"text\">Runs "
                      "as</th></tr></thead><tbody>\n";
    for (const auto& layer : layers) {
        const bool slower = layer.quantizedMicroseconds > clearlySlower * layer.floatMicroseconds;
        out += fmt::format("<tr{}><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td>",
                           isWherePartingIs(explanation, layer) ? R"( class="best")" : "", escaped(layer.name), escaped(layer.opType),
                           decibels(layer.snrDb), decibels(layer.snrAloneDb));
        out += layer.use ? fmt::format("<td>{}</td><td>{}</td>", percent(layer.use->saturatedShare), percent(layer.use->usedShare))
                         : "<td>–</td><td>–</td>";
        out += fmt::format("<td>{}</td><td{}>{}</td><td class=\"text\">{}</td></tr>\n", figure(layer.floatMicroseconds),
                           slower ? R"( class="worse")" : "", figure(layer.quantizedMicroseconds),
                           layer.quantizedKernels.empty() ? "–" : escaped(joined(layer.quantizedKernels)));
    }
    return out + "</tbody></table></div>\n";
}

std::string unfusedTable(const Explanation& explanation)
{
    if (explanation.unfused.empty())
        return {};
    std::string out =
        "<h2>Conversions that stand alone</h2>\n<div class=\"card table\"><table><thead><tr><th>Value</th><th class=\"text\">Operator</th>"
        "<th class=\"text\">Between</th><th>Time, µs</th></tr></thead><tbody>\n";
    for (const auto& [conversion, microseconds] : explanation.unfused)
        out += fmt::format("<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td></tr>\n",
                           escaped(conversion.value), escaped(conversion.opType), escaped(joined(conversion.around)), figure(microseconds));
    return out + "</tbody></table></div>\n";
}

} // namespace

std::string explanationHtml(const Explanation& explanation, const std::function<std::string(const Message&)>& text)
{
    std::string out = fmt::format("<h1>Why {} is as it is</h1>\n", escaped(explanation.quantized.filename().string())) +
                      measured(explanation, explanation.floating.filename().string(), R"(p class="lead")");
    out += "<h2>What to change</h2>\n" + adviceList(explanation, text);
    const auto place = placeOfParting(explanation);
    out += "<h2>Where the error grows</h2>\n" + errorPlot(explanation);
    if (const auto equalized = equalizedSentence(explanation); !equalized.empty())
        out += "<p class=\"note\">" + escaped(equalized) + "</p>\n";
    out += "<h2>Layers</h2>\n" + layerTable(explanation, explanation.layers) + unfusedTable(explanation);
    if (const auto notices = noticeList(explanation, text); !notices.empty())
        out += "<h2>Notices</h2>\n" + notices;
    const auto processor = explanation.processor.find("processor");
    const auto features = explanation.processor.find("features");
    if (processor != explanation.processor.end() && features != explanation.processor.end())
        out += fmt::format("<p class=\"note\">Measured on {} ({}), one sample, one thread.</p>\n", escaped(processor->second),
                           escaped(features->second));
    out +=
        "<h2>How to read this</h2>\n<p class=\"note\">SNR is 10 log10 of the float value's energy over that of the difference, of what has "
        "come together up to a layer and of what it adds by itself, where it reads the float model's values. Times are those of the "
        "kernels "
        "that a layer became in ONNX Runtime; what takes clearly longer than in float is coloured." +
        (place.empty() ? "" : " The coloured row is " + place + ".") + "</p>\n";
    return html::page("Hone: " + explanation.quantized.filename().string(), out);
}

std::string explanationSection(Explanation explanation, const ExplainedNames& names, const std::function<std::string(const Message&)>& text)
{
    if (auto& proposal = explanation.proposal) {
        proposal->command.clear();
        for (const auto& layer : proposal->layers)
            proposal->command += (proposal->command.empty() ? "--keep-float " : " --keep-float ") + layer;
    }
    if (explanation.weightsOnly)
        explanation.weightsOnly->command = "--method weights";
    return fmt::format("<h2>Why {} is as it is</h2>\n", escaped(names.quantized)) + measured(explanation, names.floating, "p") +
           adviceList(explanation, text) + errorPlot(explanation) + layerTable(explanation, worstLayers(explanation.layers)) +
           "<p class=\"note\">The layers that add most by themselves. SNR: signal-to-noise ratio against the float model's values.</p>\n" +
           noticeList(explanation, text);
}

} // namespace hone
