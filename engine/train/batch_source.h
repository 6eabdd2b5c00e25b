// SPDX-License-Identifier: GPL-3.0-or-later
// Where a training's batches come from: pictures as they are loaded, or what a frozen body made of them.
#pragma once

#include "core/job_context.h"
#include "data/loader.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace hone
{

class BatchSource
{
public:
    virtual ~BatchSource() = default;
    virtual std::size_t batches() const = 0;
    virtual void restart(int epoch) = 0;
    // nullopt at the end. Throws Cancelled.
    virtual std::optional<Batch> next(const JobContext& job) = 0;
};

class LoaderSource final : public BatchSource
{
public:
    explicit LoaderSource(Loader& loader) : m_loader(loader) {}
    std::size_t batches() const override { return m_loader.batches(); }
    void restart(int epoch) override { m_loader.restart(epoch); }
    std::optional<Batch> next(const JobContext& job) override { return m_loader.next(job); }

private:
    Loader& m_loader;
};

} // namespace hone
