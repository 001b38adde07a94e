// The ledger's owners that are not all of one category. Sources: ledger/claims*.cc and mapping_owner.cc,
// which name them; glibc's malloc.c and arena.c for what bounds its memory; docs/how-nmtx-works.md.
#include "findings/knowledge/glossary.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr auto owner = GlossaryKind::owner;

constexpr std::string_view trim =
    "MALLOC_TRIM_THRESHOLD_, -XX:TrimNativeHeapInterval=MS (updates of 17 and 21, 25 and later)";
constexpr std::string_view trim_command =
    "nmtx malloc PID; jcmd PID System.trim_native_heap gives back what can be";
constexpr std::string_view arenas = "MALLOC_ARENA_MAX=2, or another allocator by LD_PRELOAD";
constexpr std::string_view files = "none: pages of files go when memory is short, and come back";

constexpr std::array owners{
    GlossaryEntry{
        owner,
        owner_path::java_heap_again,
        "Pages of the Java heap that RSS counts again: ZGC before generations maps it three times.",
        "The heap itself.",
        "-Xmx; it is no memory of its own (Pss and rss_true_bytes count it once)",
        "nmtx PID",
        {GlossaryNote{21, 23, "-XX:+ZGenerational maps it once"}, GlossaryNote{24, newest_jdk, "gone"}}},
    GlossaryEntry{
        owner, owner_path::metaspace_or_gc,
        "What HotSpot has committed inside reservations of its own, told by their layout: NMT is off.",
        "Classes or the collector's tables.", "-XX:MaxMetaspaceSize, -Xmx",
        "Start the JVM with -XX:NativeMemoryTracking=summary"},
    GlossaryEntry{owner, owner_path::jvm_area_unknown,
                  "The JVM's reservations where not even the heap's place is known.",
                  "The Java heap first of all.", "-Xmx", "nmtx PID as a user that may attach; NMT=summary"},
    GlossaryEntry{owner, owner_path::nmt_tracked,
                  "Live blocks of malloc that bear a header of NMT's, by its category.",
                  "The category: direct buffers are other (internal on JDK 8).", "that of the category",
                  "nmtx glossary CATEGORY; nmtx malloc PID"},
    GlossaryEntry{
        owner, owner_path::untracked,
        "Live blocks of malloc that NMT does not know of, by the library that they are known to belong to: "
        "JNI code, zlib (Inflater, Deflater), agents.",
        "A native leak; streams that are not closed; caches of native libraries (RocksDB and others).",
        "none of the JVM's; options of the library",
        "nmtx malloc PID --owners; nmtx malloc PID --peek SIZE; nmtx diff A B"},
    GlossaryEntry{owner, owner_path::live,
                  "Live blocks of malloc where NMT is off: the JVM's and those of others.",
                  "As malloc/nmt-tracked and malloc/untracked.", "none",
                  "Start the JVM with NMT=summary; nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::freed,
                  "Blocks that were freed and that malloc keeps instead of giving them back.",
                  "A peak that is over; many arenas; blocks of long life above those that were freed.", trim,
                  trim_command},
    GlossaryEntry{owner, owner_path::freed_tcache, "Freed blocks in the cache of the thread that freed them.",
                  "Threads that free many blocks of few sizes.", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
                  "nmtx malloc PID; a trim leaves it as it is"},
    GlossaryEntry{owner, owner_path::freed_fastbins,
                  "Freed small blocks that are not joined with their neighbours yet.",
                  "Frees of small blocks.", "GLIBC_TUNABLES=glibc.malloc.mxfast=0", trim_command},
    GlossaryEntry{owner, owner_path::freed_bins,
                  "Freed blocks between live ones: the fragmentation that users speak of.",
                  "A peak that is over, with live blocks left between.", trim, trim_command},
    GlossaryEntry{owner, owner_path::freed_top, "The free end of an arena's heap.", "A peak that is over.",
                  trim, trim_command},
    GlossaryEntry{owner, owner_path::malloc_overhead,
                  "malloc's own bookkeeping: arenas, headers of heaps, padding.", "The number of arenas.",
                  arenas, "nmtx malloc PID --all"},
    GlossaryEntry{owner, owner_path::not_walked,
                  "malloc's memory in which no chunk was found, or that came after the walk.",
                  "A heap that changed while it was read; --malloc-limit.", "none",
                  "nmtx malloc PID --freeze reads it as of one moment"},
    GlossaryEntry{owner, owner_path::main_arena,
                  "The main arena by its mapping ([heap]), in use or freed: not walked.",
                  "Any use of malloc; the JVM's is in here, too.", arenas, "nmtx malloc PID"},
    GlossaryEntry{
        owner, owner_path::arena,
        "glibc's further arenas (the 64 MiB mappings) by their mappings, in use or freed: not walked.",
        "Threads that use malloc at the same time: up to 8 arenas for each CPU.", arenas, "nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::mmapped_chunk,
                  "Single large blocks, each with a mapping of its own: not walked.",
                  "Blocks above the threshold, which grows to 32 MiB: direct buffers, caches.",
                  "MALLOC_MMAP_THRESHOLD_; that of the block's owner", "nmtx malloc PID"},
    GlossaryEntry{owner, owner_path::program_break, "The program break where another allocator is in use.",
                  "That allocator.", "its options", "its own statistics"},
    GlossaryEntry{owner, "malloc/jemalloc", "jemalloc's memory, in use or freed: what nobody else claims.",
                  "Any use of malloc.", "MALLOC_CONF=narenas:N,dirty_decay_ms:N",
                  "MALLOC_CONF=stats_print:true; jeprof"},
    GlossaryEntry{owner, "malloc/tcmalloc", "tcmalloc's memory, in use or freed: what nobody else claims.",
                  "Any use of malloc.", "TCMALLOC_RELEASE_RATE", "pprof, with HEAPPROFILE"},
    GlossaryEntry{owner, "malloc/mimalloc", "mimalloc's memory, in use or freed: what nobody else claims.",
                  "Any use of malloc.", "MIMALLOC_PURGE_DELAY", "MIMALLOC_SHOW_STATS=1"},
    GlossaryEntry{owner, "malloc/musl", "musl's malloc (Alpine), in use or freed: what nobody else claims.",
                  "Any use of malloc.", "none; glibc or another allocator", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::jvm_library,
                  "libjvm.so and the JDK's other libraries, with what is beside them (bss).",
                  "Code that is used for the first time.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::native_library,
                  "libraries that are not the JDK's, with what is beside them (bss).",
                  "Code that is used for the first time; JNI libraries.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::jar_or_jimage, "The JDK's modules file and jars that are mapped.",
                  "Classes and resources that are read.", files, "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::mapped_data,
                  "Files that Java or native code maps: indexes, databases, memory-mapped logs.",
                  "What of them is read or written (MappedByteBuffer, Lucene, Kafka).", files,
                  "nmtx PID --all"},
    GlossaryEntry{owner, owner_path::deleted_file,
                  "Mapped files that have been deleted: they take disk space as long as they are mapped.",
                  "Temporary files; libraries that were upgraded under the JVM.", "none", "nmtx PID --all"},
    GlossaryEntry{
        owner, owner_path::memfd, "Memory that has been mapped as a file without a name (memfd_create).",
        "The library that made it; it cannot be dropped as pages of files can.", "none", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::shared_memory, "Memory that processes share (shm_open, SysV).",
                  "Who shares it.", "its own limits (/dev/shm, kernel.shmmax)", "ipcs -m; ls -l /dev/shm"},
    GlossaryEntry{owner, owner_path::device, "Mappings of devices (GPU, RDMA).", "The driver's library.",
                  "none", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::main_stack,
                  "The stack that the kernel gave the launcher; Java's main has another one.",
                  "Nothing as a rule.", "ulimit -s", "nmtx threads PID"},
    GlossaryEntry{owner, owner_path::native_stack,
                  "Stacks of threads that native code has started: the JVM does not know of them.",
                  "Threads of native libraries (RocksDB, gRPC, profilers).",
                  "ulimit -s, or the library's options", "nmtx threads PID --stacks"},
    GlossaryEntry{
        owner, owner_path::cached_stack,
        "Stacks of threads that have ended; the C library keeps them for threads to come, up to 40 MiB.",
        "Threads that come and go.", "glibc.pthread.stack_cache_size in GLIBC_TUNABLES", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::vdso, "What the kernel maps into every process.", "Nothing.", "none",
                  "nmtx PID --maps"},
    GlossaryEntry{owner, "named", "Mappings that their program has named (PR_SET_VMA_ANON_NAME).",
                  "Who named them.", "none", "nmtx PID --maps"},
    GlossaryEntry{owner, owner_path::hugetlb,
                  "Anonymous memory in huge pages of hugetlb that nobody else claims. RSS does not count it.",
                  "Native code that maps with MAP_HUGETLB; malloc with glibc.malloc.hugetlb=2.",
                  "vm.nr_hugepages", "grep -i huge /proc/meminfo"},
    GlossaryEntry{owner,
                  owner_path::zgc_mark_stacks,
                  "ZGC's mark stacks where NMT does not count them.",
                  "Objects to mark: wide graphs.",
                  "-XX:ZMarkStackSpaceLimit (up to 21)",
                  "nmtx PID --all",
                  {GlossaryNote{15, newest_jdk, "counted in GC"}}},
    GlossaryEntry{owner, owner_path::unexplained, "Resident, and nothing says whose.",
                  "Mappings of libraries without a name.", "none", "nmtx PID --maps; nmtx peek PID ADDRESS"},
};

}  // namespace

std::span<const GlossaryEntry> glossary_owners() {
    return owners;
}

}  // namespace nmtx
