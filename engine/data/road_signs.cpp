// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/road_signs.h"

#include "core/file.h"
#include "core/random.h"
#include "data/dataset.h"
#include "data/picture_codec.h"
#include "data/sign_camera.h"
#include "data/sign_faces.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <thread>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr int pictureSide = 32;
constexpr int sceneSide = 2 * pictureSide; // where blur and edges are worked out

struct Commission
{
    Split split = Split::Train;
    int index = 0;
};

std::vector<Commission> allCommissions(const RoadSignOptions& options)
{
    std::vector<Commission> commissions;
    for (const auto& [split, count] :
         {std::pair{Split::Train, options.train}, std::pair{Split::Validation, options.validation}, std::pair{Split::Test, options.test}})
        for (int i = 0; i < count; ++i)
            commissions.push_back({split, i});
    return commissions;
}

class Artist
{
public:
    Artist(const RoadSignOptions& options, fs::path folder)
        : m_options(options),
          m_folder(std::move(folder)),
          m_faces(drawSignFaces()),
          m_camera(cameraTraits(options.condition))
    {}

    const std::vector<SignFace>& faces() const { return m_faces; }

    void makeFolders() const
    {
        for (const auto split : {Split::Train, Split::Validation, Split::Test})
            for (const auto& face : m_faces)
                fs::create_directories(m_folder / std::string(name(split)) / face.name);
    }

    // Classes take turns, so that each has its share of every split.
    void draw(const Commission& commission) const
    {
        const auto& face = m_faces[std::size_t(commission.index) % m_faces.size()];
        const auto stream = (std::uint64_t(m_options.condition) * 4 + std::uint64_t(commission.split)) << 32 | unsigned(commission.index);
        Random random(m_options.seed, stream);
        const auto picture = photograph(drawScene(face.canvas, sceneSide, random), pictureSide, m_camera, random);
        char file[16];
        std::snprintf(file, sizeof file, "%05d.png", commission.index);
        write(m_folder / std::string(name(commission.split)) / face.name / file, encodePng(picture));
    }

    static void write(const fs::path& path, const std::string& bytes)
    {
        std::ofstream file(path, std::ios::binary);
        errno = 0;
        if (!(file << bytes) || !file.flush())
            throw Error(errno == ENOSPC ? MessageCode::DiskFull : MessageCode::FileUnwritable,
                        {{"path", path.string()}, {"reason", "writing failed"}});
    }

private:
    RoadSignOptions m_options;
    fs::path m_folder;
    std::vector<SignFace> m_faces;
    CameraTraits m_camera;
};

std::string configOf(const std::vector<SignFace>& faces)
{
    std::string classes;
    for (const auto& face : faces)
        classes += (classes.empty() ? "" : ", ") + face.name;
    return "name: Road signs\n"
           "task: classification\n"
           "format: image-folder\n"
           "splits: {train: train, validation: validation, test: test}\n"
           "classes: [" +
           classes +
           "]\n"
           "preprocess:\n"
           "  size: [32, 32]\n"
           "  range: [0, 1]\n"
           "  mean: [0.5, 0.5, 0.5]\n"
           "  std: [0.25, 0.25, 0.25]\n"
           "  channels: rgb\n"
           "  layout: nchw\n";
}

// Draws on every core; reports on the caller's thread. The first failure stops all.
class DrawingCrew
{
public:
    DrawingCrew(const Artist& artist, const std::vector<Commission>& commissions) : m_artist(artist), m_commissions(commissions) {}

    void run(const JobContext& job)
    {
        {
            std::vector<std::jthread> helpers;
            for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i)
                helpers.emplace_back([this, &job] { drawUntilDone(job, false); });
            drawUntilDone(job, true);
        }
        job.checkStop();
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    void drawUntilDone(const JobContext& job, bool reports)
    {
        constexpr std::size_t reportEvery = 64;
        try {
            for (std::size_t i; !job.stopRequested() && (i = m_next++) < m_commissions.size();) {
                m_artist.draw(m_commissions[i]);
                if (reports && i % reportEvery < 2)
                    job.report({.activity = Activity::DrawingSample, .fraction = double(i) / double(m_commissions.size())});
            }
        } catch (...) {
            const std::lock_guard lock(m_mutex);
            if (!m_failure)
                m_failure = std::current_exception();
            m_next = m_commissions.size();
        }
    }

    const Artist& m_artist;
    const std::vector<Commission>& m_commissions;
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex;
    std::exception_ptr m_failure;
};

} // namespace

void drawRoadSigns(const fs::path& folder, const RoadSignOptions& options, const JobContext& job)
{
    if (fs::exists(folder))
        throw Error(MessageCode::OutputExists, {{"path", folder.string()}});
    StagingFolder staging(folder);
    const Artist artist(options, staging.path());
    artist.makeFolders();
    const auto commissions = allCommissions(options);
    DrawingCrew(artist, commissions).run(job);
    Artist::write(staging.path() / "dataset.yaml", configOf(artist.faces()));
    staging.commit();
}

} // namespace hone
