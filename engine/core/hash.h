// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4), through libsodium.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hone
{

class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    // 64 lower-case hexadecimal digits; call once, last.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256(std::string_view bytes);
// Throws Error(FileNotFound, FileUnreadable).
std::string sha256OfFile(const std::filesystem::path& path);

} // namespace hone
