// SHA-256 by libcrypto. A fingerprint hashes every object of a schema, so what libcrypto can keep between
// calls (the fetched algorithm and two contexts) is kept.
#include "core/digest.hpp"

#include <new>

#include <openssl/evp.h>

#include "core/error.hpp"

namespace schemaver::core {

namespace {

const EVP_MD* fetched_algorithm() {
    // fetched once in the life of the process and never freed, so that nothing is left to run at exit
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr)
        throw Error{sqlstate::internal, "libcrypto offers no SHA-256",
                    "schemaver names every definition by its SHA-256 digest.",
                    "Check the OpenSSL configuration of the server (openssl list -digest-algorithms)."};
    return algorithm;
}

EVP_MD_CTX* reusable_context(bool streaming) {
    static thread_local EVP_MD_CTX* contexts[2] = {nullptr, nullptr};
    EVP_MD_CTX*& context = contexts[streaming ? 1 : 0];
    if (context == nullptr) context = EVP_MD_CTX_new();
    if (context == nullptr) throw std::bad_alloc{};
    return context;
}

// The algorithm is there, so memory is the only thing that the calls can lack.
void check(int result) {
    if (result != 1) throw std::bad_alloc{};
}

}  // namespace

DigestBytes sha256(std::string_view bytes) {
    EVP_MD_CTX* const context = reusable_context(false);
    DigestBytes digest;
    check(EVP_DigestInit_ex2(context, fetched_algorithm(), nullptr));
    check(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
    check(EVP_DigestFinal_ex(context, digest.data(), nullptr));
    return digest;
}

Sha256::Sha256() { check(EVP_DigestInit_ex2(reusable_context(true), fetched_algorithm(), nullptr)); }

void Sha256::update(std::string_view bytes) {
    check(EVP_DigestUpdate(reusable_context(true), bytes.data(), bytes.size()));
}

DigestBytes Sha256::finish() {
    DigestBytes digest;
    check(EVP_DigestFinal_ex(reusable_context(true), digest.data(), nullptr));
    return digest;
}

void append_hex(std::string& out, const DigestBytes& digest) {
    std::array<char, 2 * std::tuple_size_v<DigestBytes>> digits;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digits[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    out.append(digits.data(), digits.size());
}

std::string to_hex(const DigestBytes& digest) {
    std::string text;
    append_hex(text, digest);
    return text;
}

}  // namespace schemaver::core
