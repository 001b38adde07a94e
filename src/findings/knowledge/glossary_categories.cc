// NMT's categories. Sources: HotSpot share/nmt/memTag.hpp (memory/allocation.hpp before 23) for what each is
// meant for, the tables of hotspot/nmt/nmt_tags.h and the reports that 8 to 28 give of one program for which
// release has which; flags by -XX:+PrintFlagsFinal of the same releases.
#include "findings/knowledge/glossary.h"

namespace nmtx {
namespace {

constexpr auto category = GlossaryKind::category;

constexpr std::array categories{
    GlossaryEntry{
        category,
        "Java Heap",
        "The objects of Java code.",
        "Objects that are reachable, and garbage that no collection has looked for yet. Committed is what "
        "the VM may touch, not what is resident.",
        "-Xmx, or -XX:MaxRAMPercentage of the container's memory",
        "jcmd PID GC.heap_info; nmtx fit PID",
        {GlossaryNote{11, 23,
                      "ZGC without generations maps the heap three times, and RSS counts each of the views: "
                      "see jvm/java heap/mapped again"}}},
    GlossaryEntry{
        category,
        "Class",
        "Class space (the Klass structures), and what is allocated by malloc for classes.",
        "Classes loaded, and loaders that stay: redeployments, generated proxies, lambdas, scripts.",
        "-XX:CompressedClassSpaceSize; address space is reserved at once (1 GiB), that is no use of memory",
        "jcmd PID VM.classloader_stats; jcmd PID VM.metaspace (from 11 on)",
        {GlossaryNote{8, 16, "holds all of metaspace, too: Metaspace is a category from 17 on"}}},
    GlossaryEntry{
        category,
        "Thread",
        "The VM's structures of each thread, their arenas and handles. Summaries add the stacks to it.",
        "The number of threads, those of the VM included.",
        "The application's pools; there is no flag for the number",
        "nmtx threads PID",
        {GlossaryNote{8, 8, "the stacks are counted as committed from end to end, touched or not"},
         GlossaryNote{11, 25, "of the stacks the resident pages are committed, and 16 KiB of guard for each"},
         GlossaryNote{26, newest_jdk,
                      "stacks that lie side by side are one region, of which only the topmost is measured: "
                      "committed is too small"}}},
    GlossaryEntry{
        category,
        "Thread Stack",
        "The stacks of the threads that the VM has started or knows as attached.",
        "The number of threads, and how deep each has been once: the pages stay.",
        "-Xss or -XX:ThreadStackSize (Java threads, in KB), -XX:VMThreadStackSize, "
        "-XX:CompilerThreadStackSize: address space, not use",
        "nmtx threads PID",
        {GlossaryNote{8, newest_jdk, "in the map of a detail report alone; summaries have it in Thread"}}},
    GlossaryEntry{category, "Code",
                  "The code cache (compiled methods, stubs, adapters), and its bookkeeping by malloc.",
                  "Methods that are compiled; recompilation and deoptimisation where it comes and goes.",
                  "-XX:ReservedCodeCacheSize (240 MiB; 48 MiB without tiered compilation)",
                  "jcmd PID Compiler.codecache (from 11 on); nmtx PID --all"},
    GlossaryEntry{
        category,
        "GC",
        "The collector's own: mark bitmaps, card table, remembered sets, task queues.",
        "The size of the heap, which most of it is a share of; references between regions (G1); the number "
        "of GC threads.",
        "-Xmx; -XX:ParallelGCThreads; another collector: Serial has least",
        "nmtx PID --all; nmtx malloc PID",
        {GlossaryNote{8, 20, "G1's remembered sets are in here; from 21 on they are GCCardSet"}}},
    GlossaryEntry{category,
                  "GCCardSet",
                  "G1's remembered sets: which cards of other regions point into each region.",
                  "References between regions, of old objects to young ones above all.",
                  "-XX:G1HeapRegionSize (larger regions need fewer), or another collector",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 20, "not a category yet: part of GC"}}},
    GlossaryEntry{
        category, "Compiler", "What C1 and C2 work with while they compile, mostly arenas.",
        "A method that is large or deeply inlined: hundreds of MiB for seconds are normal at start-up, a "
        "peak that comes back is one method.",
        "-XX:CICompilerCount; -XX:CompileCommand=exclude,CLASS::METHOD; from 22 on "
        "-XX:CompileCommand=MemLimit,*.*,SIZE",
        "jcmd PID Compiler.memory (from 25 on, with -XX:CompileCommand=MemStat,*.*)"},
    GlossaryEntry{category,
                  "JVMCI",
                  "The interface of a compiler that is written in Java (Graal).",
                  "Use of such a compiler.",
                  "-XX:-EnableJVMCI",
                  "nmtx malloc PID",
                  {GlossaryNote{27, newest_jdk, "gone"}}},
    GlossaryEntry{
        category,
        "Internal",
        "What has no category of its own: command line, JVMTI, performance counters.",
        "JVMTI agents; the symbol tables that NMT's own detail reports and VM.info load, some MiB once.",
        "none",
        "nmtx nmt PID detail (-XX:NativeMemoryTracking=detail); nmtx malloc PID --owners",
        {GlossaryNote{8, 10,
                      "direct buffers and Unsafe.allocateMemory are in here; from 11 on they are Other"}}},
    GlossaryEntry{
        category,
        "Other",
        "Memory that Java code has asked for: direct buffers, Unsafe.allocateMemory.",
        "Direct buffers that are not collected because the heap has no need to, caches of buffers in each "
        "thread (NIO), pools (Netty), native segments.",
        "-XX:MaxDirectMemorySize (as much as -Xmx by default; Unsafe is not under it), "
        "-Djdk.nio.maxCachedBufferSize",
        "nmtx diff A B; MXBean java.nio:type=BufferPool,name=direct",
        {GlossaryNote{8, 10, "nearly empty: direct buffers are Internal"}}},
    GlossaryEntry{
        category, "Symbol", "The tables of names: symbols of classes and methods, interned strings.",
        "Classes with names of their own that come and go; String.intern.",
        "-XX:StringTableSize and -XX:SymbolTableSize set the tables' width, not how much is in them",
        "jcmd PID VM.symboltable; jcmd PID VM.stringtable"},
    GlossaryEntry{category, "Native Memory Tracking",
                  "What tracking costs: a header on each block of malloc, call sites.",
                  "The number of blocks of malloc; NMT's own reports of call sites.",
                  "-XX:NativeMemoryTracking=summary needs less than detail",
                  "jcmd PID VM.native_memory statistics"},
    GlossaryEntry{
        category,
        "Shared class space",
        "The CDS archive: classes mapped from a file, shared between JVMs.",
        "An archive of one's own with more classes (AppCDS).",
        "-XX:SharedArchiveFile; -Xshare:off",
        "nmtx PID --maps",
        {GlossaryNote{8, newest_jdk,
                      "counted as committed from end to end, while most of it is pages of a file"}}},
    GlossaryEntry{category, "Arena Chunk",
                  "Chunks of arenas that are free at the moment: arenas in use count elsewhere.",
                  "A compiler that has just used many.", "none; freed again within seconds",
                  "nmtx malloc PID"},
    GlossaryEntry{category, "Test", "For tests of the VM itself.", "Nothing in production.", "none",
                  "nmtx nmt PID detail"},
    GlossaryEntry{
        category, "Tracing", "JDK Flight Recorder: buffers, stack traces, tables of types.",
        "A recording: its buffers, the depth of its stacks, the number of threads and classes it has met.",
        "-XX:FlightRecorderOptions=memorysize=SIZE,stackdepth=N", "jcmd PID JFR.check"},
    GlossaryEntry{category, "Logging", "Unified logging: its outputs and buffers.",
                  "-Xlog:async and its buffer.", "-XX:AsyncLogBufferSize", "jcmd PID VM.log list"},
    GlossaryEntry{category, "Statistics", "Counters that the VM keeps of itself.", "Diagnostic statistics.",
                  "none", "nmtx nmt PID detail"},
    GlossaryEntry{category, "Arguments", "The command line and the flags.", "A long command line.", "none",
                  "jcmd PID VM.command_line"},
    GlossaryEntry{category,
                  "Module",
                  "Modules and packages and who reads whom.",
                  "Layers of modules, class loaders.",
                  "none",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 8, "there are no modules"}}},
    GlossaryEntry{category, "Safepoint", "The page that threads poll for safepoints.", "Nothing.", "none",
                  "nmtx PID --all"},
    GlossaryEntry{
        category,
        "Synchronization",
        "Mutexes and parkers of the VM.",
        "Threads; classes with profiles.",
        "none",
        "nmtx nmt PID detail",
        {GlossaryNote{8, 10, "not a category yet"}, GlossaryNote{11, 16, "its name is Synchronizer"},
         GlossaryNote{17, newest_jdk,
                      "the monitors of Java objects have a category of their own, Object Monitors"}}},
    GlossaryEntry{
        category,
        "Synchronizer",
        "Monitors of Java objects, mutexes and parkers.",
        "Objects that threads wait for: a monitor each, kept for long after.",
        "none",
        "nmtx nmt PID detail",
        {GlossaryNote{17, newest_jdk, "its name is Synchronization, and monitors are Object Monitors"}}},
    GlossaryEntry{category,
                  "Serviceability",
                  "Attach, jcmd, heap dumps, and JVMTI for agents.",
                  "An agent: profilers and APM keep tables here.",
                  "Leave out the agent (-javaagent, -agentpath)",
                  "nmtx nmt PID detail",
                  {GlossaryNote{8, 16, "not a category yet"}}},
    GlossaryEntry{
        category,
        "Metaspace",
        "Methods, constant pools, bytecodes: of classes all but the class space.",
        "Classes loaded, and loaders that stay: redeployments, generated proxies, lambdas, scripts.",
        "-XX:MaxMetaspaceSize (there is no bound by default)",
        "jcmd PID VM.metaspace (from 11 on); jcmd PID VM.classloader_stats",
        {GlossaryNote{8, 16, "not a category yet: part of Class"}}},
    GlossaryEntry{category, "String Deduplication", "The table of -XX:+UseStringDeduplication.",
                  "Strings that have lived long enough to be looked at.",
                  "-XX:-UseStringDeduplication (the default)", "nmtx malloc PID"},
    GlossaryEntry{category,
                  "Object Monitors",
                  "Monitors of Java objects that threads have waited for.",
                  "Objects that many threads contend for or wait on; they are freed when there are many for "
                  "the threads.",
                  "-XX:MonitorUsedDeflationThreshold",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 16, "not a category yet"}}},
    GlossaryEntry{category,
                  "JNI",
                  "The ids of methods (jmethodID) that native code has asked for.",
                  "Profilers and agents that ask for the ids of classes that come and go.",
                  "none",
                  "nmtx nmt PID detail",
                  {GlossaryNote{8, 25, "not a category yet: part of Internal"}}},
    GlossaryEntry{category, "Unknown", "What the VM has mapped without saying for what.",
                  "Nothing; it is a slip.", "none", "nmtx PID --maps"},
};

}  // namespace

std::span<const GlossaryEntry> glossary_categories() {
    return categories;
}

}  // namespace nmtx
