// `nmtx demo`

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
    if (command.format != Format::text) return 0;
    const std::string check = paragraph(demo_check(*jvm, reported->malloc), style_of_stdout(command), 2);
    if (auto printed = print("\n" + check); !printed) return tl::make_unexpected(printed.error());
    keep_running(*jvm);
    return 0;
}

}  // namespace nmtx
