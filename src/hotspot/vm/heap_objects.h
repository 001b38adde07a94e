// In which object of the Java heap a word lies, and in which of its fields: headers are looked for backwards
// from the word, and the nearest one that proves itself counts. Its klass must be a class that leads to
// java.lang.Object, its size must reach the word, and there the class must have a field of type long.
//
//   … [mark │ klass │ fields …  long peer ← the word │ …] …
//      ◄────────────────────────┘  8 bytes at a time
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>

#include "hotspot/vm/vm_classes.h"

namespace nmtx {

enum class WordPlace : std::uint8_t {
    field,         // a long of an object
    static_field,  // of a class
    long_array,
    byte_array,
    moved,  // of an object that the collector has copied elsewhere
    unidentified,
};

struct WordHolder {
    WordPlace place = WordPlace::unidentified;
    const VmClass* klass = nullptr;    // of a static field the class that has it
    const LongField* field = nullptr;  // of field and static_field
};

// A part of the heap as it was read, and a way to read what lies in front of it.
struct HeapBytes {
    Address begin;
    std::span<const std::byte> bytes;
};

class HeapObjects {
  public:
    // How far back the header of an array may lie.
    static constexpr std::uint64_t furthest = std::uint64_t{1} << 20U;

    // `before`: the bytes in front of what is looked at, ending where that begins; asked for at most once for
    // each part.
    using Before = std::function<HeapBytes(Address end)>;
    HeapObjects(const HeapSearchLayout& layout, VmClasses& classes, Before before)
        : layout_(layout), classes_(classes), before_(std::move(before)) {}

    // From then on words of this part are asked for.
    void look_at(HeapBytes part);
    // `at` is a multiple of 8 in the part; to be asked in ascending order.
    WordHolder holder_of(Address at);

  private:
    // Nothing where it cannot be read.
    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t at) {
        const std::uint64_t begin = part_.begin.value;
        if (at < begin || at + sizeof at > begin + part_.bytes.size()) return word_in_front(at);
        std::uint64_t value = 0;
        std::memcpy(&value, part_.bytes.data() + (at - begin), sizeof value);
        return value;
    }
    [[nodiscard]] std::optional<std::uint64_t> word_in_front(std::uint64_t at);
    struct Header {
        bool readable = false;
        const VmClass* klass = nullptr;  // null where the words are no header
        bool plain = false;              // neither locked nor forwarded
        bool forwarded = false;
    };
    Header header_at(std::uint64_t at);
    std::optional<WordHolder> proves(const Header& header, std::uint64_t from, std::uint64_t at);
    std::optional<WordHolder> reaches(const VmClass& klass, std::uint64_t header, std::uint64_t at);
    std::optional<WordHolder> in_mirror(std::uint64_t header, std::uint64_t at);
    std::optional<WordHolder> in_array(const VmClass& klass, std::uint64_t header, std::uint64_t at);

    const HeapSearchLayout& layout_;
    VmClasses& classes_;
    Before before_;
    HeapBytes part_, in_front_;
    bool front_asked_ = false;
    // No header that reaches beyond lies in there.
    std::uint64_t none_from_ = 0, none_to_ = 0;
};

// "com.example.Handle.peer", "long[]"; empty for what has no name.
std::string holder_name(const WordHolder& holder);

}  // namespace nmtx
