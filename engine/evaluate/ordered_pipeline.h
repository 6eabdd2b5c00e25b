// SPDX-License-Identifier: GPL-3.0-or-later
// Items through work on several threads, results in the items' order.
#pragma once

#include "core/job_context.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace hone
{

template<class Item, class Result>
class OrderedPipeline
{
public:
    struct Stages
    {
        std::function<std::optional<Item>(const JobContext&)> take; // the next item; one call at a time
        std::function<Result(const Item&)> work;                    // on several threads at once
        std::function<void(const Item&, const Result&)> give;       // in the items' order; one call at a time
        std::function<void(std::size_t given)> tell;                // on the calling thread
    };

    explicit OrderedPipeline(Stages stages) : m_stages(std::move(stages)) {}

    // The calling thread is one of the `threads`. Throws what the first stage to fail throws, and Cancelled.
    void run(int threads, const JobContext& job)
    {
        {
            const JobContext silent(job.stopToken());
            std::vector<std::jthread> helpers;
            for (int i = 1; i < threads; ++i)
                helpers.emplace_back([&] { loop(silent, false); });
            loop(job, true);
        }
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    struct Numbered
    {
        std::size_t number = 0;
        Item item;
    };

    void loop(const JobContext& job, bool tells)
    {
        try {
            while (auto next = take(job)) {
                auto result = m_stages.work(next->item);
                const auto given = give(next->number, std::move(next->item), std::move(result));
                if (tells && m_stages.tell)
                    m_stages.tell(given);
            }
        } catch (...) {
            const std::lock_guard lock(m_giveMutex);
            if (!m_failure)
                m_failure = std::current_exception();
        }
    }

    std::optional<Numbered> take(const JobContext& job)
    {
        job.checkStop();
        const std::lock_guard lock(m_takeMutex);
        {
            const std::lock_guard giving(m_giveMutex);
            if (m_failure)
                return std::nullopt;
        }
        auto item = m_stages.take(job);
        if (!item)
            return std::nullopt;
        return Numbered{m_taken++, std::move(*item)};
    }

    std::size_t give(std::size_t number, Item item, Result result)
    {
        const std::lock_guard lock(m_giveMutex);
        m_waiting.emplace(number, std::pair(std::move(item), std::move(result)));
        for (auto first = m_waiting.begin(); first != m_waiting.end() && first->first == m_given; first = m_waiting.erase(first), ++m_given)
            m_stages.give(first->second.first, first->second.second);
        return m_given;
    }

    Stages m_stages;
    std::mutex m_takeMutex; // taken before m_giveMutex
    std::size_t m_taken = 0;
    std::mutex m_giveMutex;
    std::map<std::size_t, std::pair<Item, Result>> m_waiting; // for those before them
    std::size_t m_given = 0;
    std::exception_ptr m_failure;
};

} // namespace hone
