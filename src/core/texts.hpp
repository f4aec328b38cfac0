// Texts that are kept until all of them go: each is copied into a large block of memory behind the last one.
//
// A schema of a hundred thousand tables has a million names. As strings of their own they would be a million
// pieces of memory to get and to give back, most of them far from where they are looked for.
#pragma once

#include <cstring>
#include <memory>
#include <memory_resource>
#include <string_view>

namespace schemaver::core {

class Texts {
  public:
    // The copy, good for as long as this object lives.
    std::string_view keep(std::string_view text) {
        if (text.empty()) return {};
        auto* const copy = static_cast<char*>(memory_->allocate(text.size(), 1));
        std::memcpy(copy, text.data(), text.size());
        return {copy, text.size()};
    }

  private:
    // Behind a pointer, so that who has them can be moved.
    std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_ =
        std::make_unique<std::pmr::monotonic_buffer_resource>(first_block);
    static constexpr std::size_t first_block = 16 * 1024;
};

}  // namespace schemaver::core
