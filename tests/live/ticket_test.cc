// `nmtx ticket` of live JVMs: all forms, all or none of the files, and what --redact leaves of secrets.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "live/live_jvm.h"
#include "text_parts.h"

using namespace nmtx::live;
using nmtx::test::has;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t files_in(const std::string& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

class FolderThere {
  public:
    explicit FolderThere(std::string path) : path_(std::move(path)) {
        std::filesystem::create_directories(path_);
    }
    FolderThere(const FolderThere&) = delete;
    FolderThere& operator=(const FolderThere&) = delete;
    ~FolderThere() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("live: a ticket has all its forms, and its capture gives the same one again") {
    const Folder folder;
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m", "-XX:NativeMemoryTracking=summary"},
                      {"threads=5", "leak=30000x1009"});
    const std::string ticket = folder.path() + "/ticket";
    const Outcome made = run_nmtx({"ticket", jvm.pid_text(), "--interval=200ms", "-o", ticket});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    CHECK(files_in(ticket) == 3);
    const std::string markdown = text_of(ticket + "/ticket.md");
    CHECK(has(markdown, "### Findings"));
    CHECK(has(markdown, "libtarget.so"));
    CHECK(has(markdown, "-XX:NativeMemoryTracking=summary"));
    CHECK(has(markdown, "nmtx ticket " + jvm.pid_text()));
    CHECK(has(markdown, "a safepoint"));
    CHECK(markdown.size() < 60'000);
    CHECK(text_of(ticket + "/ticket.html").size() > 1'000);

    // Not over what is there, unless it may; of the capture the very same.
    const Outcome again = run_nmtx({"ticket", ticket + "/capture.nmtx", "-o", ticket});
    CHECK(again.exit_code == 1);
    CHECK(has(again.err, "--force"));
    CHECK(run_nmtx({"ticket", ticket + "/capture.nmtx", "-o", "-"}).out == markdown);
    const std::string html = folder.path() + "/a.html";
    REQUIRE(run_nmtx({"ticket", ticket + "/capture.nmtx", "-o", html}).exit_code == 0);
    CHECK(text_of(html) == text_of(ticket + "/ticket.html"));
    CHECK(run_nmtx({"ticket", ticket + "/capture.nmtx", "-o", ticket + "/", "--force"}).exit_code == 0);
    CHECK(text_of(ticket + "/ticket.md") == markdown);
    CHECK(files_in(ticket) == 3);
    CHECK(files_in(folder.path()) == 2);
    CHECK(jvm.alive());
}

TEST_CASE("live: --redact leaves no name in any form, nor in the capture, and says how much it took",
          "[any-jdk]") {
    const Folder folder;
    const Jdk jdk = jdk_under_test();
    // Where the JVM sees it: it may be in a chroot.
    const std::string secret_folder = "/var/tmp/zorblax-payments-" + std::to_string(::getpid());
    const FolderThere there(jdk.chroot + secret_folder);
    const LiveJvm jvm(
        jdk,
        {"-Xmx64m", "-XX:NativeMemoryTracking=detail", "-Dcom.zorblax.tenant=quuxcorp",
         "-Ddb.password=hunter2", "-Dupstream=https://frobnitz.example.org:8443/quuxcorp",
         "-Dmail=bob.grault@example.org", "-Dpeer=203.0.113.77", "-XX:HeapDumpPath=" + secret_folder,
         "-XX:ErrorFile=" + secret_folder + "/e.log"},
        {"threads=5", "leak=30000x1009", "mmap=" + secret_folder + "/zorblax-ledger.bin:4194304"});
    const std::string ticket = folder.path() + "/ticket";
    const Outcome made =
        run_nmtx({"ticket", jvm.pid_text(), "--interval=200ms", "--effort=most", "--redact", "-o", ticket});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    const Outcome unpacked = run({"tar", "--zstd", "-xf", ticket + "/capture.nmtx", "--to-stdout"});
    REQUIRE(unpacked.exit_code == 0);
    REQUIRE(unpacked.out.size() > 50'000);
    const std::string markdown = text_of(ticket + "/ticket.md");
    const std::string all = markdown + text_of(ticket + "/ticket.html") + unpacked.out;
    std::string folded = all;
    std::transform(folded.begin(), folded.end(), folded.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const char* secret :
         {"zorblax", "quuxcorp", "frobnitz", "grault", "203.0.113.77", "hunter2", "bob."}) {
        INFO(secret);
        CHECK_FALSE(has(folded, secret));
    }
    CHECK(has(markdown, "Also redacted: "));
    CHECK(has(markdown, "1 host"));
    CHECK(has(markdown, "libjvm.so"));
    CHECK(has(markdown, "-XX:NativeMemoryTracking=detail"));
    // The same figures as without.
    const Outcome plain = run_nmtx({"report", ticket + "/capture.nmtx", "--all"});
    CHECK(plain.exit_code == 0);
    CHECK(has(plain.out, "unexplained"));
    const std::string capture = folder.path() + "/b.nmtx";
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "--redact", "-o", capture}).exit_code == 0);
    CHECK_FALSE(has(run({"tar", "--zstd", "-xf", capture, "--to-stdout"}).out, "zorblax"));
    CHECK(jvm.alive());
}

TEST_CASE("live: where a ticket cannot be written nothing is left behind", "[any-jdk]") {
    const Folder folder;
    const std::string capture = folder.path() + "/a.nmtx";
    {
        const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
        REQUIRE(run_nmtx({"capture", jvm.pid_text(), "-o", capture}).exit_code == 0);
    }
    CHECK(run_nmtx({"ticket", capture, "-o", folder.path() + "/no/where"}).exit_code == 1);
    CHECK(run_nmtx({"ticket", capture, "-o", folder.path() + "/a.pdf"}).exit_code == 2);
    CHECK(run_nmtx({"ticket", capture}).exit_code == 2);
    CHECK(files_in(folder.path()) == 1);
    std::filesystem::create_directory(folder.path() + "/d");
    std::ofstream(folder.path() + "/d/capture.nmtx") << "mine";
    CHECK(run_nmtx({"ticket", capture, "-o", folder.path() + "/d"}).exit_code == 1);
    CHECK(files_in(folder.path() + "/d") == 1);
    CHECK(text_of(folder.path() + "/d/capture.nmtx") == "mine");
}
