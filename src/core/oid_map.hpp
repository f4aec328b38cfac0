// A hash map from a 32-bit number to values that stand close together, in the order of their insertion.
//
// A schema of a hundred thousand tables is looked up by OID millions of times while it is read; the standard
// map's nodes, each in a place of its own, made that a fifth of the time.
#pragma once

#include <bit>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace schemaver::core {

template <typename Value>
class OidMap {
  public:
    using Entry = std::pair<std::uint32_t, Value>;

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    auto begin() { return entries_.begin(); }
    auto end() { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }

    auto find(std::uint32_t key) const {
        const std::uint32_t at = position(key);
        return at == 0 ? entries_.end() : entries_.begin() + (at - 1);
    }
    auto find(std::uint32_t key) {
        const std::uint32_t at = position(key);
        return at == 0 ? entries_.end() : entries_.begin() + (at - 1);
    }
    // The value; made if it was not there. References stay good.
    Value& operator[](std::uint32_t key) { return try_emplace(key).first->second; }
    template <typename... Arguments>
    auto try_emplace(std::uint32_t key, Arguments&&... arguments) {
        if (const std::uint32_t at = position(key); at != 0)
            return std::pair(entries_.begin() + (at - 1), false);
        if ((entries_.size() + 1) * 2 > slots_.size()) grow();
        entries_.emplace_back(std::piecewise_construct, std::forward_as_tuple(key),
                              std::forward_as_tuple(std::forward<Arguments>(arguments)...));
        place(key, static_cast<std::uint32_t>(entries_.size()));
        return std::pair(entries_.end() - 1, true);
    }

  private:
    std::size_t slot_of(std::uint32_t key) const { return (key * 2654435769U) >> shift_; }

    // One more than the place in entries_; 0: not there.
    std::uint32_t position(std::uint32_t key) const {
        if (slots_.empty()) return 0;
        for (std::size_t slot = slot_of(key);; slot = (slot + 1) & (slots_.size() - 1)) {
            const std::uint32_t at = slots_[slot];
            if (at == 0 || entries_[at - 1].first == key) return at;
        }
    }

    void place(std::uint32_t key, std::uint32_t at) {
        std::size_t slot = slot_of(key);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = at;
    }

    void grow() {
        const std::size_t size = slots_.empty() ? 16 : slots_.size() * 4;
        slots_.assign(size, 0);
        shift_ = 32 - static_cast<unsigned>(std::countr_zero(size));
        for (std::uint32_t at = 1; at <= entries_.size(); ++at) place(entries_[at - 1].first, at);
    }

    std::deque<Entry> entries_;  // stays where it is as it grows
    std::vector<std::uint32_t> slots_;
    unsigned shift_ = 32;
};

}  // namespace schemaver::core
