// SHA-256 by libcrypto. A fingerprint hashes every object of a schema, so what libcrypto can keep between
// calls (the fetched algorithm and a context) is kept.
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

EVP_MD_CTX* reusable_context() {
    static thread_local EVP_MD_CTX* context = nullptr;
    if (context == nullptr) context = EVP_MD_CTX_new();
    if (context == nullptr) throw std::bad_alloc{};
    return context;
}

}  // namespace

DigestBytes sha256(std::string_view bytes) {
    const EVP_MD* const algorithm = fetched_algorithm();
    EVP_MD_CTX* const context = reusable_context();
    DigestBytes digest;
    // the algorithm is there, so memory is the only thing that these can lack
    if (EVP_DigestInit_ex2(context, algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1)
        throw std::bad_alloc{};
    return digest;
}

std::string to_hex(const DigestBytes& digest) {
    std::string text;
    text.reserve(2 * digest.size());
    for (const unsigned char byte : digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

}  // namespace schemaver::core
