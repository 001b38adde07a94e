// NMT's categories. Sources: HotSpot share/nmt/memTag.hpp (memory/allocation.hpp before 23) for the purpose
// of each, the tables of hotspot/nmt/nmt_tags.h and the reports that 8 to 28 give of one program for which
// release has which; flags by -XX:+PrintFlagsFinal of the same releases.
#include "findings/knowledge/glossary.h"

namespace nmtx {
namespace {

constexpr auto category = GlossaryKind::category;

constexpr std::array categories{
    GlossaryEntry{
        category,
        "Java Heap",
        "Java objects.",
        "Live objects, and garbage that has not been collected yet. Committed is what the VM "
        "may touch, not what is resident.",
        "-Xmx, or -XX:MaxRAMPercentage of the container's memory",
        "jcmd PID GC.heap_info; nmtx fit PID",
        {GlossaryNote{11, 23,
                      "non-generational ZGC maps the heap three times, and RSS counts each view: see "
                      "jvm/java heap/mapped again"}}},
    GlossaryEntry{
        category,
        "Class",
        "Class space (Klass structures), and malloc memory for classes.",
        "Classes loaded, and loaders that stay: redeployments, generated proxies, lambdas, scripts.",
        "-XX:CompressedClassSpaceSize; the 1 GiB reserved at start is address space, not "
        "memory in use",
        "jcmd PID VM.classloader_stats; jcmd PID VM.metaspace (from 11 on)",
        {GlossaryNote{8, 16, "includes all of metaspace; from 17 on Metaspace is a category of its own"}}},
    GlossaryEntry{
        category,
        "Thread",
        "The VM's structures for threads, with arenas and handles. Summaries add the stacks.",
        "The number of threads, including the VM's own.",
        "the application's pools; there is no flag for the number",
        "nmtx threads PID",
        {GlossaryNote{8, 8, "whole stacks count as committed, touched or not"},
         GlossaryNote{11, 25,
                      "committed is the resident pages of the stacks, plus 16 KiB of guard pages each"},
         GlossaryNote{26, newest_jdk,
                      "adjacent stacks form one region, and only the topmost is measured: committed is too "
                      "small"}}},
    GlossaryEntry{
        category,
        "Thread Stack",
        "Stacks of threads that the VM started or that are attached to it.",
        "The number of threads, and the deepest call so far in each: touched pages stay.",
        "-Xss or -XX:ThreadStackSize (Java threads, in KB), -XX:VMThreadStackSize, "
        "-XX:CompilerThreadStackSize; all limit address space, not use",
        "nmtx threads PID",
        {GlossaryNote{8, newest_jdk, "only in the map of a detail report; summaries include it in Thread"}}},
    GlossaryEntry{category, "Code",
                  "The code cache (compiled methods, stubs, adapters), and its bookkeeping in malloc.",
                  "Compiled methods; it fluctuates with deoptimisation and recompilation.",
                  "-XX:ReservedCodeCacheSize (240 MiB; 48 MiB without tiered compilation)",
                  "jcmd PID Compiler.codecache (from 11 on); nmtx PID --all"},
    GlossaryEntry{category,
                  "GC",
                  "The collector's data: mark bitmaps, card table, remembered sets, task queues.",
                  "Heap size (most of it is a fixed share); references between regions (G1); the "
                  "number of GC threads.",
                  "-Xmx; -XX:ParallelGCThreads; another collector (Serial needs least)",
                  "nmtx PID --all; nmtx malloc PID",
                  {GlossaryNote{8, 20, "includes G1's remembered sets; from 21 on they are in GCCardSet"}}},
    GlossaryEntry{category,
                  "GCCardSet",
                  "G1's remembered sets: which cards of other regions point into each region.",
                  "References between regions, mostly from old objects to young ones.",
                  "-XX:G1HeapRegionSize (larger regions need fewer), or another collector",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 20, "not a category; part of GC"}}},
    GlossaryEntry{category, "Compiler", "Working memory of C1 and C2, mostly arenas.",
                  "Large or deeply inlined methods. Hundreds of MiB for seconds are normal at "
                  "start-up; a recurring peak comes from one method.",
                  "-XX:CICompilerCount; -XX:CompileCommand=exclude,CLASS::METHOD; from 22 on "
                  "-XX:CompileCommand=MemLimit,*.*,SIZE",
                  "jcmd PID Compiler.memory (from 25 on, with -XX:CompileCommand=MemStat,*.*)"},
    GlossaryEntry{category,
                  "JVMCI",
                  "The interface for a compiler written in Java (Graal).",
                  "Use of such a compiler.",
                  "-XX:-EnableJVMCI",
                  "nmtx malloc PID",
                  {GlossaryNote{27, newest_jdk, "gone"}}},
    GlossaryEntry{
        category,
        "Internal",
        "Memory without a category of its own: command line, JVMTI, performance counters.",
        "JVMTI agents; symbol tables loaded for NMT detail reports and VM.info (a few MiB, "
        "once).",
        "none",
        "nmtx nmt PID detail (-XX:NativeMemoryTracking=detail); nmtx malloc PID --owners",
        {GlossaryNote{8, 10,
                      "includes direct buffers and Unsafe.allocateMemory; from 11 on they are in Other"}}},
    GlossaryEntry{category,
                  "Other",
                  "Native memory that Java code requested: direct buffers, Unsafe.allocateMemory.",
                  "Direct buffers that wait for a GC, per-thread buffer caches (NIO), pools (Netty), "
                  "native segments.",
                  "-XX:MaxDirectMemorySize (default: -Xmx; does not limit Unsafe), "
                  "-Djdk.nio.maxCachedBufferSize",
                  "nmtx diff A B; MXBean java.nio:type=BufferPool,name=direct",
                  {GlossaryNote{8, 10, "nearly empty: direct buffers are in Internal"}}},
    GlossaryEntry{category, "Symbol", "Tables of names: symbols of classes and methods, interned strings.",
                  "Generated classes with new names; String.intern.",
                  "none; -XX:StringTableSize and -XX:SymbolTableSize set the number of buckets only",
                  "jcmd PID VM.symboltable; jcmd PID VM.stringtable"},
    GlossaryEntry{
        category, "Native Memory Tracking", "NMT's own cost: a header on each malloc block, and call sites.",
        "The number of malloc blocks; NMT's reports of call sites.",
        "-XX:NativeMemoryTracking=summary needs less than detail", "jcmd PID VM.native_memory statistics"},
    GlossaryEntry{
        category,
        "Shared class space",
        "The CDS archive: classes mapped from a file, shared between JVMs.",
        "A custom archive with more classes (AppCDS).",
        "-XX:SharedArchiveFile; -Xshare:off",
        "nmtx PID --maps",
        {GlossaryNote{8, newest_jdk, "counts as fully committed, though most of it is file pages"}}},
    GlossaryEntry{category, "Arena Chunk", "Free arena chunks. Arenas in use count in other categories.",
                  "A compilation that has just ended.", "none; freed again within seconds",
                  "nmtx malloc PID"},
    GlossaryEntry{category, "Test", "Tests of the VM itself.", "Nothing, in production.", "none",
                  "nmtx nmt PID detail"},
    GlossaryEntry{category, "Tracing", "JDK Flight Recorder: buffers, stack traces, tables of types.",
                  "Recordings: buffers, stack depth, and the number of threads and classes seen.",
                  "-XX:FlightRecorderOptions=memorysize=SIZE,stackdepth=N", "jcmd PID JFR.check"},
    GlossaryEntry{category, "Logging", "Unified logging: its outputs and buffers.",
                  "The buffer of -Xlog:async.", "-XX:AsyncLogBufferSize", "jcmd PID VM.log list"},
    GlossaryEntry{category, "Statistics", "The VM's own counters.", "Diagnostic statistics.", "none",
                  "nmtx nmt PID detail"},
    GlossaryEntry{category, "Arguments", "The command line and the flags.", "A long command line.", "none",
                  "jcmd PID VM.command_line"},
    GlossaryEntry{category,
                  "Module",
                  "Modules, packages, and which module reads which.",
                  "Module layers, class loaders.",
                  "none",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 8, "JDK 8 has no modules"}}},
    GlossaryEntry{category, "Safepoint", "The page that threads poll for safepoints.", "Nothing.", "none",
                  "nmtx PID --all"},
    GlossaryEntry{category,
                  "Synchronization",
                  "The VM's mutexes and parkers.",
                  "Threads; classes with profiles.",
                  "none",
                  "nmtx nmt PID detail",
                  {GlossaryNote{8, 10, "not a category"}, GlossaryNote{11, 16, "its name is Synchronizer"},
                   GlossaryNote{17, newest_jdk, "monitors of Java objects are in Object Monitors"}}},
    GlossaryEntry{
        category,
        "Synchronizer",
        "Monitors of Java objects, mutexes and parkers.",
        "Objects that threads wait for: each keeps a monitor long after.",
        "none",
        "nmtx nmt PID detail",
        {GlossaryNote{17, newest_jdk, "its name is Synchronization, and monitors are in Object Monitors"}}},
    GlossaryEntry{category,
                  "Serviceability",
                  "Attach, jcmd, heap dumps, and JVMTI for agents.",
                  "Agents: profilers and APM keep tables here.",
                  "none; remove the agent (-javaagent, -agentpath)",
                  "nmtx nmt PID detail",
                  {GlossaryNote{8, 16, "not a category"}}},
    GlossaryEntry{
        category,
        "Metaspace",
        "Methods, constant pools, bytecodes: class metadata outside the class space.",
        "Classes loaded, and loaders that stay: redeployments, generated proxies, lambdas, scripts.",
        "-XX:MaxMetaspaceSize (unlimited by default)",
        "jcmd PID VM.metaspace (from 11 on); jcmd PID VM.classloader_stats",
        {GlossaryNote{8, 16, "not a category; part of Class"}}},
    GlossaryEntry{category, "String Deduplication", "The table of -XX:+UseStringDeduplication.",
                  "Strings old enough to be checked for duplicates.",
                  "-XX:-UseStringDeduplication (the default)", "nmtx malloc PID"},
    GlossaryEntry{category,
                  "Object Monitors",
                  "Monitors of Java objects that threads have waited for.",
                  "Objects that threads contend for or wait on. Monitors are freed once there are many "
                  "per thread.",
                  "-XX:MonitorUsedDeflationThreshold",
                  "nmtx malloc PID",
                  {GlossaryNote{8, 16, "not a category"}}},
    GlossaryEntry{category,
                  "JNI",
                  "Method ids (jmethodID) that native code requested.",
                  "Profilers and agents that request ids for classes that come and go.",
                  "none",
                  "nmtx nmt PID detail",
                  {GlossaryNote{8, 25, "not a category; part of Internal"}}},
    GlossaryEntry{category, "Unknown", "Memory that the VM mapped without a category.",
                  "Nothing; an oversight in the VM.", "none", "nmtx PID --maps"},
};

}  // namespace

std::span<const GlossaryEntry> glossary_categories() {
    return categories;
}

}  // namespace nmtx
