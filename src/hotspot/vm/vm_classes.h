// Classes of a JVM, for one who meets a word that may be the address of one: its name, how large its objects
// are, and where in them fields of type long lie. Nothing is believed that does not lead to java.lang.Object.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hotspot/vm/heap_search_layout.h"
#include "hotspot/vm/method_names.h"

namespace nmtx {

struct LongField {
    std::uint64_t offset = 0;
    std::string name;
    bool is_static = false;  // the offset is one in the java.lang.Class
};

struct VmClass {
    enum class Shape : std::uint8_t { instance, mirror, longs, bytes, other_array };
    Address at;
    Shape shape = Shape::instance;
    std::string name;  // "com.example.Handle", "long[]"
    Address super;
    std::uint64_t instance_bytes = 0;  // of an object; not of arrays
    std::uint64_t header_bytes = 0;    // of an array: in front of its elements
    unsigned log2_element = 0;         // likewise
    std::vector<LongField> longs;      // own ones, and those that objects inherit; by offset
};

class VmClasses {
  public:
    // All must outlive it.
    VmClasses(VmMemory& memory, const VmLayout& vm, const HeapSearchLayout& layout)
        : memory_(memory), vm_(vm), layout_(layout), names_(memory, vm), recent_(slots) {}

    // Null where there is no class. Valid as long as this.
    const VmClass* find(std::uint64_t klass);

    // Where the code of its native methods is, as far as it has been linked, and of those that it inherits,
    // but for the JDK's.
    std::vector<Address> native_functions(const VmClass& of);
    // The same of all classes of its package, by the same loader.
    std::vector<Address> native_functions_of_package(const VmClass& of);

  private:
    static constexpr std::size_t slots = 65536;
    static constexpr std::size_t most_classes = 100'000;

    std::unique_ptr<VmClass> read(Address klass);
    std::optional<std::string> name_of(Address klass);
    bool leads_to_object(Address klass, VmClass& into);
    void read_fields(Address klass, VmClass& into, bool inherited);
    void add_native_functions(Address klass, std::vector<Address>& into);

    struct Recent {
        std::uint64_t klass = 0;
        const VmClass* found = nullptr;
    };
    VmMemory& memory_;
    const VmLayout& vm_;
    const HeapSearchLayout& layout_;
    MethodNames names_;
    std::vector<Recent> recent_;  // also of what is no class
    std::unordered_map<std::uint64_t, std::unique_ptr<VmClass>> known_;
};

}  // namespace nmtx
