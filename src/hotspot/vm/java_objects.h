// Java objects in the heap, from outside: what class one is of, what a field of it holds, the text of a
// String. An object is believed only if its class pointer leads to the class that it must be of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hotspot/vm/heap_layout.h"
#include "hotspot/vm/method_names.h"

namespace nmtx {

class JavaObjects {
  public:
    // All must outlive it.
    JavaObjects(VmMemory& memory, const VmLayout& vm, const HeapLayout& heap, MethodNames& names)
        : memory_(memory), vm_(vm), heap_(heap), names_(names) {}

    // The object's class itself or the one of its superclasses that has this name: "java/lang/Thread".
    std::optional<Address> class_of(Address object, std::string_view name);
    // A field of an object, by the class that declares it. Nothing where it is null, or of another type.
    std::optional<Address> reference(Address object, Address klass, std::string_view field,
                                     std::string_view type);
    // An int, or a byte.
    std::optional<std::uint64_t> number(Address object, Address klass, std::string_view field,
                                        std::string_view type);
    // Of a String, in UTF-8. Nothing for one of more than `most` bytes or characters.
    std::optional<std::string> text(Address string, std::size_t most);
    // The same of an array of characters: "[C".
    std::optional<std::string> characters(Address array, std::size_t most);

  private:
    struct Field {
        std::string type;
        std::uint64_t offset = 0;
    };
    using Fields = std::unordered_map<std::string, Field>;
    std::optional<Address> klass_of(Address object);
    std::optional<std::string> name_of_class(Address klass);
    std::optional<Address> oop(Address at);
    const Field* field(Address klass, std::string_view name, std::string_view type);
    Fields fields_of(Address klass);
    std::optional<std::string> elements(Address array, std::string_view type, std::uint64_t width,
                                        std::size_t most);

    VmMemory& memory_;
    const VmLayout& vm_;
    const HeapLayout& heap_;
    MethodNames& names_;
    std::unordered_map<std::uint64_t, Fields> known_;  // by class; of the JDK's own, which are never unloaded
};

// Of characters of 16 bits each, as Java has them; half of a pair is kept as it is.
std::string utf8_of_utf16(std::string_view units);
std::string utf8_of_latin1(std::string_view bytes);

}  // namespace nmtx
