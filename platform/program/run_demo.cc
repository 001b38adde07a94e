// `nmtx demo`
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "platform/program/demo.h"
#include "platform/program/run.h"

namespace nmtx {

Expected<int> run_demo(const Command& command) {
    std::vector<std::string> arguments = command.demo_arguments;
    if (arguments.empty())
        arguments = {"leak=177719x1009", "jnithreads=8", "threads=40", "direct=32", "inflater=10"};
    std::fputs("nmtx: starting a small JVM whose JNI library keeps memory that NMT cannot see …\n", stderr);
    const auto jvm = DemoJvm::start(arguments);
    if (!jvm) return tl::make_unexpected(jvm.error());
    const auto reported = reconcile_live(command, jvm->pid());
    if (!reported) return tl::make_unexpected(reported.error());
    if (command.json()) return 0;
    const MallocUse& use = reported->malloc;
    const std::string found =
        use.measured()
            ? fmt::format("{} MiB in live blocks that are not NMT's", in_mib(use.parts->untracked))
            : fmt::format("{} MiB of malloc outside NMT: what malloc's mappings hold, less NMT's count",
                          in_mib(use.outside_nmt()));
    const std::string truth = fmt::format(
        "The truth, by the target's own count: its JNI code holds {} blocks, {} bytes or {} MiB, that NMT "
        "does not know of. The report found {}.",
        jvm->truth("leak_blocks"), jvm->truth("leak_bytes"), in_mib(Bytes(jvm->truth("leak_bytes"))), found);
    return done(print("\n" + paragraph(truth, style_of_stdout(command))));
}

}  // namespace nmtx
