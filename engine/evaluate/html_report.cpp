// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/comparison.h"
#include "evaluate/html_page.h"
#include "evaluate/html_plot.h"
#include "evaluate/html_text.h"

#include <fmt/format.h>

#include <cctype>
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

// Of a metric against its parent's: points of a share, a relative change of an error, a difference of anything else.
std::string metricChange(const TaskMetric& before, const TaskMetric& after)
{
    if (before.kind != after.kind)
        return {};
    if (!higherIsBetter(after.kind))
        return change(before.value, after.value, Wanted::Less);
    const double difference = inUnit(after.kind, after.value) - inUnit(after.kind, before.value);
    const auto text = fmt::format("{:.{}f}", std::abs(difference), decimals(after.kind, difference));
    if (text.find_first_not_of("0.") == text.npos)
        return fmt::format("<small>±{}</small>", text);
    return fmt::format(R"(<small class="{}">{}{}</small>)", difference > 0 ? "better" : "worse", difference > 0 ? "+" : "−", text);
}

std::string metricCell(const std::optional<Evaluation>& evaluation, const std::optional<Evaluation>& parent)
{
    const auto metric = evaluation ? metricOf(*evaluation) : std::nullopt;
    if (!metric)
        return "<td>–</td>";
    auto cell = fmt::format(R"(<td>{} <span class="muted">± {}</span>)", numberText(metric->kind, metric->value), halfWidthText(*metric));
    if (const auto before = parent ? metricOf(*parent) : std::nullopt)
        cell += metricChange(*before, *metric);
    return cell + "</td>";
}

// The heads of what a task has to tell besides its metric, and a model's cells below them.
std::string furtherHeads(const std::optional<Task>& task)
{
    switch (task.value_or(Task::Classification)) {
    case Task::Classification: return "<th>Top-5, %</th><th>Loss</th><th>Same, %</th>";
    case Task::Regression: return "<th>RMSE</th>";
    case Task::Anomaly: return "<th>Error, normal</th><th>Error, anomalies</th>";
    case Task::Agreement: return "<th>SNR, dB</th><th>Same top-1, %</th>";
    }
    return {};
}

std::string furtherCells(const ComparedModel& model, const std::optional<Task>& task)
{
    const auto& [facts, accuracy, regression, anomaly, agreement, latency, notices] = model.validation;
    constexpr auto none = "<td>–</td>";
    switch (task.value_or(Task::Classification)) {
    case Task::Classification:
        return (accuracy ? fmt::format("<td>{}</td><td>{:.3f}</td>", percent(accuracy->top5), accuracy->loss) : "<td>–</td><td>–</td>") +
               (model.agreement ? fmt::format("<td>{}</td>", percent(*model.agreement)) : none);
    case Task::Regression:
        return regression ? fmt::format("<td>{}</td>", numberText(MetricKind::MeanAbsoluteError, regression->rmse)) : none;
    case Task::Anomaly:
        return anomaly ? fmt::format("<td>{}</td><td>{}</td>", numberText(MetricKind::ReconstructionError, anomaly->normalError),
                                     anomaly->anomalies > 0 ? numberText(MetricKind::ReconstructionError, anomaly->anomalyError) : "–")
                       : "<td>–</td><td>–</td>";
    case Task::Agreement:
        return agreement ? fmt::format("<td>{:.1f}</td><td>{}</td>", agreement->least().snrDb,
                                       agreement->least().sameTop1 ? percent(*agreement->least().sameTop1) : "–")
                         : "<td>–</td><td>–</td>";
    }
    return {};
}

std::optional<Task> taskOf(const Comparison& comparison)
{
    for (const auto& model : comparison.models)
        if (const auto task = hone::taskOf(model.validation))
            return task;
    return std::nullopt;
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
                                  parent       ? "from " + escaped(parent->name)
                                  : index == 0 ? "original"
                                               : "");
    out += metricCell(model.validation, parent ? std::optional(parent->validation) : std::nullopt);
    out += metricCell(model.test, parent ? parent->test : std::nullopt);
    out += cell(static_cast<double>(facts.sizeBytes) / 1e3, parent ? static_cast<double>(parent->validation.facts.sizeBytes) / 1e3 : 0);
    const auto compressed = [](const StaticFacts& of) { return static_cast<double>(of.compressedBytes.value_or(0)) / 1e3; };
    out += facts.compressedBytes ? cell(compressed(facts), parent ? compressed(parent->validation.facts) : 0) : "<td>–</td>";
    out += cell(static_cast<double>(facts.parameters) / 1e3, parent ? static_cast<double>(parent->validation.facts.parameters) / 1e3 : 0);
    out += cell(static_cast<double>(facts.macs) / 1e6, parent ? static_cast<double>(parent->validation.facts.macs) / 1e6 : 0);
    if (const auto& latency = model.validation.latency)
        out +=
            fmt::format("<td>{}{}</td><td>{}</td>", figure(latency->p50Ms),
                        parent && parent->validation.latency ? change(parent->validation.latency->p50Ms, latency->p50Ms, Wanted::Less) : "",
                        figure(latency->p95Ms));
    else
        out += "<td>–</td><td>–</td>";
    return out + furtherCells(model, taskOf(comparison)) + "</tr>\n";
}

std::string samplesText(const Comparison& comparison)
{
    std::string text = comparison.dataName.empty() ? "Without data." : "Data: " + escaped(comparison.dataName) + ".";
    if (comparison.models.empty())
        return text;
    const auto& first = comparison.models.front();
    if (const auto samples = samplesOf(first.validation); samples > 0)
        text += fmt::format(" {}: {} samples.", comparison.dataName.empty() ? "Made-up inputs" : "Validation",
                            figure(static_cast<double>(samples)));
    if (const auto samples = first.test ? samplesOf(*first.test) : 0; samples > 0)
        text += fmt::format(" Test: {} samples.", figure(static_cast<double>(samples)));
    return text;
}

std::string lead(const Comparison& comparison)
{
    if (comparison.models.empty())
        return "<p>No models were compared.</p>";
    const auto& best = comparison.models[comparison.best()];
    const auto metric = metricOf(best.validation);
    if (!metric)
        return {};
    const auto inWords = [](const TaskMetric& at) {
        const auto number = numberText(at.kind, at.value);
        return at.kind == MetricKind::Top1 ? number + " %" : fmt::format("{} {}", label(at.kind), number);
    };
    const auto& original = comparison.models.front();
    auto text = fmt::format(R"(<p class="lead"><strong>{}</strong> is worth deploying: {} on validation in {} kB)", escaped(best.name),
                            inWords(*metric), figure(static_cast<double>(best.validation.facts.sizeBytes) / 1000));
    if (const auto before = metricOf(original.validation); before && &best != &original)
        text += fmt::format(", against {} in {} kB for {}", inWords(*before),
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

std::string howEachWasMade(const Comparison& comparison, const NoticeText& noticeText)
{
    std::string out;
    for (const auto& model : comparison.models) {
        if (model.making.command.empty())
            continue;
        out += fmt::format("<dt>{}</dt>\n<dd><code>{}</code>", escaped(model.name), escaped(model.making.command));
        for (const auto& notice : model.making.notices)
            out += fmt::format("\n<p>{}</p>", escaped(noticeText(notice)));
        out += "</dd>\n";
    }
    return out.empty() ? out : "<h2>How each was made</h2>\n<dl class=\"card\">\n" + out + "</dl>\n";
}

std::string notices(const Comparison& comparison, const NoticeText& noticeText)
{
    std::set<std::string> seen; // the same pictures are skipped for every model
    std::string items;
    const auto add = [&](const Evaluation& evaluation) {
        for (const auto& message : evaluation.notices)
            if (const auto text = noticeText(message); seen.insert(text).second)
                items += "<li>" + escaped(text) + "</li>\n";
    };
    for (const auto& model : comparison.models) {
        add(model.validation);
        if (model.test)
            add(*model.test);
    }
    return items.empty() ? items : "<h2>Notices</h2>\n<ul>\n" + items + "</ul>\n";
}

std::string tableHead(const Comparison& comparison)
{
    const auto kind = comparison.metricKind().value_or(MetricKind::Top1);
    const auto unitText = unit(kind).empty() ? std::string() : ", " + std::string(unit(kind));
    const auto prefix = kind == MetricKind::Top1 ? std::string() : std::string(label(kind)) + ", ";
    const auto head = [&](const char* split) {
        return prefix.empty() ? fmt::format("<th>{}{}</th>", split, unitText) : fmt::format("<th>{}{}{}</th>", prefix, split, unitText);
    };
    return R"(<table><thead><tr><th>Model</th>)" + head(prefix.empty() ? "Validation" : "validation") +
           head(prefix.empty() ? "Test" : "test") +
           R"(<th>File, kB</th><th>Compressed, kB</th><th>Parameters, k</th><th>MMACs</th><th>p50, ms</th><th>p95, ms</th>)" +
           furtherHeads(taskOf(comparison)) + "</tr></thead><tbody>";
}

std::string metricLegend(MetricKind kind)
{
    switch (kind) {
    case MetricKind::Top1: return "Accuracy is top-1 with its 95 % interval (Wilson).";
    case MetricKind::MeanAbsoluteError:
        return "MAE is the mean absolute error over samples and targets with its 95 % interval; lower is better. RMSE is the root of the "
               "mean "
               "squared one.";
    case MetricKind::AreaUnderCurve:
        return "AUC is the share of pairs of an anomaly and a normal sample in which the anomaly is reconstructed worse, with its 95 % "
               "interval "
               "(Hanley and McNeil).";
    case MetricKind::ReconstructionError:
        return "The reconstruction error is the mean squared difference between a normal sample and what the model makes of it, with its "
               "95 % "
               "interval; lower is better.";
    case MetricKind::Cosine:
        return "Cosine is that between a model's output and its reference's, the mean over samples with its 95 % interval, of the output "
               "that "
               "agrees least. SNR is 10 log10 of the reference's energy over the difference's; 200 dB stand for outputs that are the same.";
    }
    return {};
}

std::string legend(const Comparison& comparison)
{
    const auto kind = comparison.metricKind().value_or(MetricKind::Top1);
    const bool share = higherIsBetter(kind);
    return R"(<p class="note">)" + metricLegend(kind) +
           fmt::format(R"( The line joins the models that no other beats in both size and {};
the ring is the original; thin arrows lead from a model to what was made from it; the halo marks what is worth deploying: the smallest file on the
line within {}. Choices go by validation alone; the test figures stand beside it and were not used to choose.
Small figures are changes against the model that it was made from. Compressed: the file after deflate, as packages and downloads hold it.
Latency: ONNX Runtime, one sample at a time.{}</p>)",
                       kind == MetricKind::Top1 ? "accuracy" : label(kind),
                       kind == MetricKind::Top1 ? "one point of the most accurate"
                       : share                  ? "0.01 of the best"
                                                : "5 % of the best",
                       kind == MetricKind::Top1
                           ? " Same answers: share of the\nvalidation samples on which a model answers as the first one does."
                           : "");
}

} // namespace

std::string htmlReport(const Comparison& comparison, const NoticeText& noticeText, const std::string& sections)
{
    std::string out;
    const auto kind = comparison.metricKind().value_or(MetricKind::Top1);
    auto title = kind == MetricKind::Top1 ? std::string("Accuracy") : std::string(label(kind));
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    out += fmt::format("<h1>{} against size</h1>\n<p class=\"muted\">{}</p>\n", title, samplesText(comparison));
    out += lead(comparison) + "\n";
    if (const auto plot = html::metricSizePlot(comparison); !plot.empty())
        out += "<div class=\"card\">" + plot + "</div>\n";
    out += "<h2>Models</h2>\n<div class=\"card table\">" + tableHead(comparison) + "\n";
    for (std::size_t i = 0; i < comparison.models.size(); ++i)
        out += row(comparison, i);
    const NoticeText inWords = noticeText ? noticeText : plainNotice;
    out += "</tbody></table></div>\n" + howEachWasMade(comparison, inWords) + sections + notices(comparison, inWords);
    out += "<h2>How to read this</h2>\n" + legend(comparison) + "\n";
    return html::page(comparison.dataName.empty() ? "Hone" : "Hone: " + comparison.dataName, out);
}

} // namespace hone
