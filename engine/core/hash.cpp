// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hash.h"

#include "core/file.h"

#include <sodium.h>

#include <array>
#include <fstream>
#include <vector>

namespace hone
{

struct Sha256::State
{
    crypto_hash_sha256_state hash;
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    crypto_hash_sha256_init(&m_state->hash);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    crypto_hash_sha256_update(&m_state->hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void Sha256::add(std::string_view text)
{
    add(std::as_bytes(std::span(text)));
}

std::string Sha256::finish()
{
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&m_state->hash, digest.data());
    std::string text(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    text.pop_back();
    return text;
}

std::string sha256(std::string_view bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

std::string sha256OfFile(const std::filesystem::path& path)
{
    auto file = openForReading(path);
    Sha256 hash;
    std::vector<char> chunk(1 << 20);
    while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0)
        hash.add(std::string_view(chunk.data(), static_cast<std::size_t>(file.gcount())));
    return hash.finish();
}

} // namespace hone
