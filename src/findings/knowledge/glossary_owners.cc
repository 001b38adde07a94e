// The ledger's owners that do not belong to one category only. Sources: ledger/claims*.cc and
// mapping_owner.cc, which name them; glibc's malloc.c and arena.c for what bounds its memory;
// docs/how-it-works/how-nmtx-works.md.
#include "findings/knowledge/glossary.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr auto owner = GlossaryKind::owner;

constexpr std::string_view trim =
    "MALLOC_TRIM_THRESHOLD_, -XX:TrimNativeHeapInterval=MS (updates of 17 and 21, 25 and later)";
constexpr std::string_view trim_command =
    "nmtx malloc PID; jcmd PID System.trim_native_heap returns free pages";
constexpr std::string_view arenas = "MALLOC_ARENA_MAX=2, or another allocator with LD_PRELOAD";
constexpr std::string_view files = "none needed: file pages are reclaimable under pressure";

constexpr std::array owners{
    GlossaryEntry{owner,
                  owner_path::java_heap_again,
                  "Pages of the Java heap that RSS counts again: non-generational ZGC maps the heap "
                  "three times.",
                  "The heap itself.",
                  "-Xmx; it is not additional memory (Pss and rss_true_bytes count it once)",
                  "nmtx PID",
                  {GlossaryNote{21, 23, "with -XX:+ZGenerational it is mapped once"},
                   GlossaryNote{24, newest_jdk, "gone"}}},
    GlossaryEntry{owner, owner_path::metaspace_or_gc,
                  "Memory that HotSpot committed in its own reservations, identified by their layout "
                  "because NMT is off.",
                  "Classes or the collector's tables.", "-XX:MaxMetaspaceSize, -Xmx",
                  "Start the JVM with -XX:NativeMemoryTracking=summary"},
    GlossaryEntry{owner, owner_path::jvm_area_unknown,
                  "The JVM's reservations, where not even the heap's address is known.",
                  "Mostly the Java heap.", "-Xmx", "nmtx PID as a user who may attach; NMT=summary"},
    GlossaryEntry{owner, owner_path::nmt_tracked, "Live malloc blocks with NMT's header, by category.",
                  "As the category: direct buffers are in other (internal on JDK 8).", "as for the category",
                  "nmtx glossary CATEGORY; nmtx malloc PID"},
    GlossaryEntry{
        owner, owner_path::untracked,
        "Live malloc blocks not tracked by NMT, by library where it is known: JNI code, zlib "
        "(Inflater, Deflater), agents.",
        "A native leak; streams that are not closed; caches of native libraries (RocksDB and others).",
        "no JVM flag; options of the library",
        "nmtx malloc PID --owners; nmtx malloc PID --peek SIZE; nmtx diff A B"},
    GlossaryEntry{owner, owner_path::live,
                  "Live malloc blocks while NMT is off: the JVM's and native code's.",
                  "As for malloc/nmt-tracked and malloc/untracked.", "none",
                  "Start the JVM with NMT=summary; nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::freed, "Freed blocks that malloc retains.",
                  "A past peak; many arenas; long-lived blocks above the freed ones.", trim, trim_command},
    GlossaryEntry{owner, owner_path::freed_tcache, "Freed blocks in the freeing thread's cache.",
                  "Threads that free many blocks of a few sizes.",
                  "GLIBC_TUNABLES=glibc.malloc.tcache_count=0", "nmtx malloc PID; a trim does not return it"},
    GlossaryEntry{owner, owner_path::freed_fastbins,
                  "Small freed blocks, not yet merged with their neighbours.", "Frees of small blocks.",
                  "GLIBC_TUNABLES=glibc.malloc.mxfast=0", trim_command},
    GlossaryEntry{owner, owner_path::freed_bins, "Freed blocks between live ones: fragmentation.",
                  "A past peak, with live blocks left in between.", trim, trim_command},
    GlossaryEntry{owner, owner_path::freed_top, "The free end of an arena's heap.", "A past peak.", trim,
                  trim_command},
    GlossaryEntry{owner, owner_path::malloc_overhead,
                  "malloc's own bookkeeping: arenas, heap headers, padding.", "The number of arenas.", arenas,
                  "nmtx malloc PID --all"},
    GlossaryEntry{owner, owner_path::not_walked,
                  "malloc memory in which no chunk was found, or that appeared after the walk.",
                  "A heap that changed while it was read; --malloc-limit.", "none",
                  "nmtx malloc PID --freeze takes an exact snapshot"},
    GlossaryEntry{owner, owner_path::main_arena, "The main arena ([heap]), in use or freed; not walked.",
                  "Any use of malloc, including the JVM's.", arenas, "nmtx malloc PID"},
    GlossaryEntry{
        owner, owner_path::arena, "glibc's other arenas (64 MiB mappings), in use or freed; not walked.",
        "Threads that use malloc at the same time: up to 8 arenas per CPU.", arenas, "nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::mmapped_chunk,
                  "Single large blocks, each in a mapping of its own; not walked.",
                  "Blocks above the threshold, which grows to 32 MiB: direct buffers, caches.",
                  "MALLOC_MMAP_THRESHOLD_; limits of the block's owner", "nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::program_break, "The program break, where another allocator is in use.",
                  "That allocator.", "its options", "its own statistics"},
    GlossaryEntry{owner, "malloc/jemalloc", "jemalloc's memory, in use or freed.", "Any use of malloc.",
                  "MALLOC_CONF=narenas:N,dirty_decay_ms:N", "MALLOC_CONF=stats_print:true; jeprof"},
    GlossaryEntry{owner, "malloc/tcmalloc", "tcmalloc's memory, in use or freed.", "Any use of malloc.",
                  "TCMALLOC_RELEASE_RATE", "pprof, with HEAPPROFILE"},
    GlossaryEntry{owner, "malloc/mimalloc", "mimalloc's memory, in use or freed.", "Any use of malloc.",
                  "MIMALLOC_PURGE_DELAY", "MIMALLOC_SHOW_STATS=1"},
    GlossaryEntry{owner, "malloc/musl", "musl's malloc (Alpine), in use or freed.", "Any use of malloc.",
                  "none; glibc or another allocator", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::jvm_library, "libjvm.so and the JDK's other libraries, including bss.",
                  "Code that is used for the first time.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::native_library, "Libraries that are not the JDK's, including bss.",
                  "Code that is used for the first time; JNI libraries.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::jar_or_jimage, "The JDK's modules file, and mapped jars.",
                  "Classes and resources that are read.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::mapped_data,
                  "Files mapped by Java or native code: indexes, databases, logs.",
                  "Reads and writes of them (MappedByteBuffer, Lucene, Kafka).", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::deleted_file,
                  "Mapped files that were deleted: they use disk space while mapped.",
                  "Temporary files; libraries upgraded while the JVM runs.", "none", "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::memfd, "Memory mapped as an unnamed file (memfd_create).",
                  "The library that created it; unlike page cache it is not reclaimable.", "none",
                  "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::shared_memory, "Memory shared between processes (shm_open, SysV).",
                  "The processes that share it.", "its own limits (/dev/shm, kernel.shmmax)",
                  "ipcs -m; ls -l /dev/shm"},
    GlossaryEntry{owner, owner_path::device, "Mappings of devices (GPU, RDMA).", "The driver's library.",
                  "none", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::main_stack,
                  "The stack that the kernel gave the launcher; Java's main thread has another one.",
                  "Usually nothing.", "ulimit -s", "nmtx threads PID"},
    GlossaryEntry{owner, owner_path::native_stack,
                  "Stacks of threads started by native code, unknown to the JVM.",
                  "Threads of native libraries (RocksDB, gRPC, profilers).",
                  "ulimit -s, or the library's options", "nmtx threads PID --stacks"},
    GlossaryEntry{owner, owner_path::cached_stack,
                  "Stacks of ended threads, which the C library keeps for new threads (up to 40 MiB).",
                  "Threads that come and go.", "glibc.pthread.stack_cache_size in GLIBC_TUNABLES",
                  "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::vdso, "Pages that the kernel maps into every process.", "Nothing.",
                  "none", "nmtx PID --maps"},
    GlossaryEntry{owner, "named", "Mappings named by their program (PR_SET_VMA_ANON_NAME).",
                  "The code that named them.", "none", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::hugetlb,
                  "Anonymous hugetlb pages without another owner. RSS does not count them.",
                  "Native code that maps with MAP_HUGETLB; malloc with glibc.malloc.hugetlb=2.",
                  "vm.nr_hugepages", "grep -i huge /proc/meminfo"},
    GlossaryEntry{owner,
                  owner_path::zgc_mark_stacks,
                  "ZGC's mark stacks, where NMT does not count them.",
                  "Objects to mark: wide object graphs.",
                  "-XX:ZMarkStackSpaceLimit (up to 21)",
                  "nmtx PID --all",
                  {GlossaryNote{15, newest_jdk, "counted in GC"}}},
    GlossaryEntry{owner, owner_path::unexplained, "Resident memory without a known owner.",
                  "Unnamed mappings of libraries.", "none", "nmtx PID --maps; nmtx peek PID ADDRESS"},
};

}  // namespace

std::span<const GlossaryEntry> glossary_owners() {
    return owners;
}

}  // namespace nmtx
