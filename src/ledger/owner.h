// The owner of a resident byte, and the evidence for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nmtx {

// Which document or observation names an owner. Order: no meaning; the words are in name_of.
enum class Evidence : std::uint8_t {
    none,           // nothing does: unexplained
    nmt_map,        // a region of NMT's virtual memory map
    system_map,     // the VM's tag for the whole mapping
    vm_info,        // a range that VM.info prints
    heap_info,      // GC.heap_info
    codecache,      // Compiler.codecache
    smaps_name,     // the name or inode of the mapping
    smaps_shape,    // sizes, protections and neighbours of mappings
    table_size,     // exactly the size of a collector's table
    malloc_header,  // malloc's own bookkeeping at the start of the memory
    malloc_walk,    // the walk from chunk to chunk of malloc's memory
    elf_header,     // the program headers of a mapped file
    options,        // the JVM's options: the requested heap size
    hsperfdata,     // the JVM's counters: how large the heap is
    thread_record,  // the C library's record of a thread (struct pthread)
    stack_pointer,  // a thread's stack pointer is in it
};
std::string_view name_of(Evidence evidence);

using OwnerId = std::uint32_t;

// The paths of owners in use, interned. Path: "jvm/java heap", "malloc/arena", "file/mapped data",
// "unexplained".
class Owners {
  public:
    Owners();
    OwnerId id(std::string_view path, std::string_view nmt_category = {});
    [[nodiscard]] const std::string& path(OwnerId id) const { return entries_[id].path; }
    // The NMT category of this mmap memory; empty where there is none.
    [[nodiscard]] const std::string& nmt_category(OwnerId id) const { return entries_[id].nmt_category; }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        std::string path;
        std::string nmt_category;
    };
    std::vector<Entry> entries_;
    std::unordered_map<std::string, OwnerId> ids_;
};

inline constexpr OwnerId unexplained_owner = 0;

// The path of an NMT category's memory: "Java Heap" -> "jvm/java heap", "Shared class space" -> "jvm/cds
// archive".
std::string path_of_category(std::string_view category);

// A claim on a range. `estimated`: the border or the owner is inferred, not stated by the evidence.
struct Claim {
    OwnerId owner = unexplained_owner;
    Evidence evidence = Evidence::none;
    bool estimated = false;
    friend bool operator==(const Claim&, const Claim&) = default;
};

}  // namespace nmtx
