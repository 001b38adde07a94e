// The paths of owners, as in rows, records and JSON. Owners named after something in the process are below
// one of these: "malloc/untracked/libz.so.1", "jvm/code cache/CodeHeap 'profiled nmethods'".
#pragma once

#include <string>
#include <string_view>

namespace nmtx {

namespace owner_path {

inline constexpr std::string_view unexplained = "unexplained";

inline constexpr std::string_view jvm = "jvm";
inline constexpr std::string_view java_heap = "jvm/java heap";
inline constexpr std::string_view java_heap_again = "jvm/java heap/mapped again";
inline constexpr std::string_view code_cache = "jvm/code cache";
inline constexpr std::string_view metaspace = "jvm/metaspace";
inline constexpr std::string_view class_space = "jvm/class space";
inline constexpr std::string_view metaspace_or_gc = "jvm/metaspace or gc";
inline constexpr std::string_view cds_archive = "jvm/cds archive";
inline constexpr std::string_view gc = "jvm/gc";
inline constexpr std::string_view gc_card_set = "jvm/gc card set";
inline constexpr std::string_view thread_stack = "jvm/thread stack";
inline constexpr std::string_view internal = "jvm/internal";
inline constexpr std::string_view uncategorised = "jvm/uncategorised";
inline constexpr std::string_view jvm_area_unknown = "jvm/area unknown";

inline constexpr std::string_view malloc = "malloc";
inline constexpr std::string_view main_arena = "malloc/main arena";
inline constexpr std::string_view arena = "malloc/arena";
inline constexpr std::string_view mmapped_chunk = "malloc/mmapped chunk";
inline constexpr std::string_view program_break = "malloc/[heap]";  // where glibc does not serve malloc
// From the walk; they replace the first three.
inline constexpr std::string_view nmt_tracked = "malloc/nmt-tracked";
inline constexpr std::string_view nmt_tracked_other = "malloc/nmt-tracked/other";
inline constexpr std::string_view nmt_tracked_internal = "malloc/nmt-tracked/internal";
inline constexpr std::string_view untracked = "malloc/untracked";
inline constexpr std::string_view live = "malloc/live";  // where NMT's blocks have no header
inline constexpr std::string_view freed = "malloc/free";
inline constexpr std::string_view freed_tcache = "malloc/free/tcache";
inline constexpr std::string_view freed_fastbins = "malloc/free/fastbins";
inline constexpr std::string_view freed_bins = "malloc/free/bins";
inline constexpr std::string_view freed_top = "malloc/free/top";
inline constexpr std::string_view malloc_overhead = "malloc/overhead";
inline constexpr std::string_view not_walked = "malloc/not-walked";
inline constexpr std::string_view glibc =
    "malloc/glibc";  // only in a diff: all of these, where one snapshot was not walked

inline constexpr std::string_view file = "file";
inline constexpr std::string_view jvm_library = "file/jvm library";
inline constexpr std::string_view native_library = "file/native library";
inline constexpr std::string_view jar_or_jimage = "file/jar or jimage";
inline constexpr std::string_view mapped_data = "file/mapped data";
inline constexpr std::string_view memfd = "file/memfd";
inline constexpr std::string_view shared_memory = "file/shared memory";
inline constexpr std::string_view deleted_file = "file/deleted";
inline constexpr std::string_view device = "file/device";

inline constexpr std::string_view stack = "stack";
inline constexpr std::string_view native_stack = "stack/native";
inline constexpr std::string_view main_stack = "stack/main thread";
inline constexpr std::string_view cached_stack = "stack/cached";

inline constexpr std::string_view kernel = "kernel";
inline constexpr std::string_view vdso = "kernel/vdso";

inline constexpr std::string_view named = "named";  // by the program (PR_SET_VMA_ANON_NAME)
inline constexpr std::string_view hugetlb = "named/huge pages (hugetlb)";
inline constexpr std::string_view zgc_mark_stacks = "named/zgc mark stacks";

}  // namespace owner_path

// Is it that path, or below it? Everything is below the empty path.
bool is_below(std::string_view path, std::string_view prefix);
// The same, or a row that may be this area: "jvm/gc or metaspace" may be "jvm/gc".
bool may_be(std::string_view path, std::string_view area);
// The part of the path after `prefix` and its slash: "libz.so.1"; empty where it is not below.
std::string_view name_below(std::string_view path, std::string_view prefix);
// "malloc/untracked" and "libz.so.1": "malloc/untracked/libz.so.1"
std::string path_below(std::string_view prefix, std::string_view name);

}  // namespace nmtx
