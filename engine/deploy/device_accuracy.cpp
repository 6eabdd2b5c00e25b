// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/device_accuracy.h"

#include "core/error.h"

#include <algorithm>
#include <deque>

namespace hone
{
namespace
{

constexpr std::size_t unreadableAlways = 5; // the data room's rule
constexpr double unreadableShare = 0.01;

// The samples that are under way, and what this machine says of them.
class SampleComparison
{
public:
    SampleComparison(LaptopAnswers& laptop, const AccuracyRequest& request, const JobContext& job)
        : m_laptop(laptop),
          m_request(request),
          m_job(job),
          m_all(request.dataset.size(Split::Test)),
          m_count(request.samples == 0 ? m_all : std::min(request.samples, m_all))
    {}

    std::optional<RawSample> next()
    {
        while (m_asked < m_count) {
            const auto index = m_asked++ * m_all / m_count;
            auto sample = m_request.dataset.sample(Split::Test, index);
            if (!sample) {
                skip(index);
                continue;
            }
            const auto label = m_request.dataset.label(Split::Test, index);
            m_expected.push_back({m_laptop.classify(*sample), m_request.pairing.outputOfClass.at(static_cast<std::size_t>(label))});
            return sample;
        }
        return std::nullopt;
    }

    void answered(int output)
    {
        if (m_expected.empty())
            return;
        const auto expected = m_expected.front();
        m_expected.pop_front();
        ++m_answered;
        m_agreed += output == expected.laptop;
        m_correct += expected.label && output == *expected.label;
        m_job.report({.activity = Activity::RunningOnDevice,
                      .fraction = static_cast<double>(m_answered) / static_cast<double>(m_count),
                      .detail = m_request.dataset.name()});
    }

    DeviceAccuracy result() const
    {
        const auto share = [&](std::size_t count) {
            return m_answered == 0 ? 0 : static_cast<double>(count) / static_cast<double>(m_answered);
        };
        return {.samples = m_answered, .top1 = share(m_correct), .agreement = share(m_agreed)};
    }
    std::size_t unanswered() const { return m_expected.size(); }

private:
    struct Expected
    {
        int laptop = 0;
        std::optional<int> label;
    };

    void skip(std::size_t index)
    {
        m_unreadable.push_back(m_request.dataset.sampleName(Split::Test, index));
        const auto allowed = std::max(unreadableAlways, static_cast<std::size_t>(unreadableShare * static_cast<double>(m_all)));
        if (m_unreadable.size() <= allowed)
            return;
        std::string files;
        for (const auto& file : m_unreadable)
            files += (files.empty() ? "" : ", ") + file;
        throw Error(MessageCode::PicturesUnreadable,
                    {{"count", std::to_string(m_unreadable.size())}, {"total", std::to_string(m_all)}, {"files", files}});
    }

    LaptopAnswers& m_laptop;
    const AccuracyRequest& m_request;
    const JobContext& m_job;
    std::size_t m_all;
    std::size_t m_count;
    std::size_t m_asked = 0;
    std::size_t m_answered = 0;
    std::size_t m_agreed = 0;
    std::size_t m_correct = 0;
    std::deque<Expected> m_expected;
    std::vector<std::string> m_unreadable;
};

} // namespace

DeviceAccuracy measureAccuracy(DeviceRunner& device, LaptopAnswers& laptop, const AccuracyRequest& request, const JobContext& job)
{
    request.dataset.require(Split::Test);
    SampleComparison comparison(laptop, request, job);
    device.evaluate(
        request.threads, [&] { return comparison.next(); }, [&](int output) { comparison.answered(output); }, request.dataset.kind(), job);
    if (comparison.unanswered() > 0)
        throw Error(MessageCode::DeviceSmokeRunFailed,
                    {{"host", device.host()}, {"detail", std::to_string(comparison.unanswered()) + " samples got no answer"}});
    return comparison.result();
}

} // namespace hone
