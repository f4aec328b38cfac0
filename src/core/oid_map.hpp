// A hash map from a 32-bit number to values that stand close together, in the order of their insertion, and
// stay where they are.
//
// A schema of a hundred thousand tables is looked up by OID millions of times while it is read; the standard
// map's nodes, each in a place of its own, made that a fifth of the time. OIDs that follow each other, as
// those of one table and its indexes do, are looked for close to each other too.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace schemaver::core {

template <typename Value>
class OidMap {
  public:
    using Entry = std::pair<std::uint32_t, Value>;

  private:
    // By place, so that what is in front of it may grow.
    template <typename Map, typename Element>
    class Iterator {
      public:
        using value_type = Entry;
        using reference = Element&;
        using pointer = Element*;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;
        Iterator() = default;
        Iterator(Map* map, std::uint32_t at) : map_(map), at_(at) {}
        reference operator*() const { return map_->entry(at_); }
        pointer operator->() const { return &map_->entry(at_); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return {map_, at_++}; }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

      private:
        Map* map_ = nullptr;
        std::uint32_t at_ = 0;
    };

  public:
    using iterator = Iterator<OidMap, Entry>;
    using const_iterator = Iterator<const OidMap, const Entry>;

    const_iterator begin() const { return {this, 0}; }
    const_iterator end() const { return {this, size_}; }
    iterator begin() { return {this, 0}; }
    iterator end() { return {this, size_}; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    const_iterator find(std::uint32_t key) const { return {this, position(key)}; }
    iterator find(std::uint32_t key) { return {this, position(key)}; }
    // The value; made if it was not there. References stay good.
    Value& operator[](std::uint32_t key) { return try_emplace(key).first->second; }
    template <typename... Arguments>
    std::pair<iterator, bool> try_emplace(std::uint32_t key, Arguments&&... arguments) {
        if (const std::uint32_t at = position(key); at != size_) return {{this, at}, false};
        if ((size_ + 1) * 2 > slots_.size()) grow();
        if (size_ % block_size == 0) blocks_.emplace_back().reserve(block_size);
        blocks_.back().emplace_back(std::piecewise_construct, std::forward_as_tuple(key),
                                    std::forward_as_tuple(std::forward<Arguments>(arguments)...));
        place(key, size_);
        return {{this, size_++}, true};
    }

  private:
    static constexpr std::uint32_t block_size = 64;
    static constexpr std::uint32_t nothing = UINT32_MAX;
    struct Slot {
        std::uint32_t key = 0;
        std::uint32_t at = nothing;
    };

    Entry& entry(std::uint32_t at) { return blocks_[at / block_size][at % block_size]; }
    const Entry& entry(std::uint32_t at) const { return blocks_[at / block_size][at % block_size]; }

    // Sixteen keys that follow each other share two cache lines.
    std::size_t slot_of(std::uint32_t key) const {
        return (static_cast<std::size_t>(((key >> 4) * 2654435769U) >> shift_) << 4) | (key & 15U);
    }

    // Its place; size_: not there.
    std::uint32_t position(std::uint32_t key) const {
        if (slots_.empty()) return size_;
        for (std::size_t slot = slot_of(key);; slot = (slot + 1) & (slots_.size() - 1)) {
            if (slots_[slot].at == nothing) return size_;
            if (slots_[slot].key == key) return slots_[slot].at;
        }
    }

    void place(std::uint32_t key, std::uint32_t at) {
        std::size_t slot = slot_of(key);
        while (slots_[slot].at != nothing) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = {key, at};
    }

    void grow() {
        const std::size_t size = slots_.empty() ? 32 : slots_.size() * 2;
        const std::vector<Slot> before(std::exchange(slots_, std::vector<Slot>(size)));
        shift_ = 32 - static_cast<unsigned>(std::countr_zero(size / 16));
        for (const Slot& slot : before) {
            if (slot.at != nothing) place(slot.key, slot.at);
        }
    }

    std::vector<std::vector<Entry>> blocks_;  // each of block_size entries, the last one of fewer
    std::vector<Slot> slots_;
    std::uint32_t size_ = 0;
    unsigned shift_ = 32;
};

}  // namespace schemaver::core
