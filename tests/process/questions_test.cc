#include "process/questions.h"

#include "catch.h"
#include "process/process_reader.h"

using namespace nmtx;

namespace {

// A JVM as a table of answers; asks as the collector does and returns what was asked, in order.
class Jvm {
  public:
    explicit Jvm(int feature) : feature_(feature) {}
    Jvm& knows(std::string_view command, std::string text) {
        answers_.insert_or_assign(std::string(command), std::move(text));
        return *this;
    }
    std::vector<std::string> asked(Effort effort, bool nmt = true, bool call_sites = false) {
        Capture capture;
        if (nmt_file_) capture.add(document::nmt_file, *nmt_file_);
        ProcessReader reader;
        std::vector<std::string> commands;
        while (commands.size() < 30) {
            REQUIRE(reader.update(capture).has_value());
            const auto next = next_question(reader.view(), capture, {effort, nmt, call_sites});
            if (!next) break;
            commands.push_back(*next);
            const auto it = answers_.find(*next);
            if (*next == question::version) {
                capture.add(document_of(*next), "OpenJDK 64-Bit Server VM version " +
                                                    std::to_string(feature_) + ".0.1\nJDK " +
                                                    std::to_string(feature_) + ".0.1\n");
            } else if (it != answers_.end()) {
                capture.add(document_of(*next), it->second);
            } else {
                capture.miss(document_of(*next),
                             {"java.lang.IllegalArgumentException: Unknown diagnostic command", ""});
            }
        }
        return commands;
    }
    Jvm& with_nmt_file(std::string text) {
        nmt_file_ = std::move(text);
        return *this;
    }

  private:
    int feature_;
    std::map<std::string, std::string, std::less<>> answers_;
    std::optional<std::string> nmt_file_;
};

bool has(const std::vector<std::string>& commands, std::string_view command) {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
}

const std::string off = "Native memory tracking is not enabled\n";
const std::string summary = R"(
Native Memory Tracking:

Total: reserved=1000, committed=500
       malloc: 100 #1
       mmap:   reserved=900, committed=400

-                 Java Heap (reserved=1000, committed=500)
                            (malloc=100 #1)
                            (mmap: reserved=900, committed=400)

)";
const std::string system_map =
    "from               to                        vsize prot          rss      hugetlb pgsz notes            "
    "info       file\n"
    "====\n"
    "0x00000000e0000000-0x00000000e8000000    134217728 rw-p      2830336            0 4K   com              "
    "JAVAHEAP   -\n";

}  // namespace

TEST_CASE("questions: where System.map answers, neither the detail report nor VM.info is asked for") {
    Jvm jvm(21);
    jvm.knows(question::nmt_summary_bytes, summary).knows(question::system_map, system_map);
    const auto asked = jvm.asked(Effort::standard);
    CHECK(has(asked, question::system_map));
    CHECK_FALSE(has(asked, question::nmt_detail));
    CHECK_FALSE(has(asked, question::vm_info));
    CHECK_FALSE(has(asked, question::nmt_summary));
}

TEST_CASE(
    "questions: JDK 17 is asked for the detail report in KB, never in bytes, and for VM.info only where that "
    "is refused") {
    Jvm jvm(17);
    jvm.knows(question::nmt_summary_bytes, summary);
    SECTION("NMT=summary") {
        jvm.knows(question::nmt_detail, "Detail tracking is not enabled\n");
    }
    const auto asked = jvm.asked(Effort::standard);
    CHECK(has(asked, question::nmt_detail));
    CHECK(has(asked, question::vm_info));
    CHECK_FALSE(has(asked, question::system_map));
    for (const std::string& command : asked) {
        CHECK(command != "VM.native_memory detail scale=b");
        CHECK(command.find("Thread.print") == std::string::npos);
        CHECK(command.find("shutdown") == std::string::npos);
        CHECK(command.find("class_histogram") == std::string::npos);
    }
}

TEST_CASE(
    "questions: NMT's figures are asked for once more where other answers have cost the JVM memory since") {
    Jvm jvm(17);
    jvm.knows(question::nmt_summary_bytes, summary).knows(question::nmt_detail, summary);
    CHECK(jvm.asked(Effort::standard).back() == question::nmt_again);
    CHECK_FALSE(has(jvm.asked(Effort::least), question::nmt_again));
    Jvm eight(8);
    eight.knows(question::nmt_summary, summary).knows(question::nmt_detail, summary);
    CHECK_FALSE(has(eight.asked(Effort::standard), question::nmt_again));
}

TEST_CASE("questions: with NMT off the VM's own bounds are what is left") {
    Jvm jvm(21);
    jvm.knows(question::nmt_summary_bytes, off);
    const auto asked = jvm.asked(Effort::standard);
    CHECK(has(asked, question::vm_info));
    CHECK_FALSE(has(asked, question::system_map));
    CHECK_FALSE(has(asked, question::nmt_detail));
}

TEST_CASE(
    "questions: ZGC is spared VM.info, which has none of its tables and makes its page table resident") {
    Jvm jvm(17);
    jvm.knows(question::nmt_summary_bytes, off).knows(question::flags, "-XX:+UseZGC \n");
    CHECK_FALSE(has(jvm.asked(Effort::standard), question::vm_info));
    CHECK(has(jvm.asked(Effort::most), question::vm_info));
    jvm.knows(question::flags, "-XX:+UseShenandoahGC \n");
    CHECK(has(jvm.asked(Effort::standard), question::vm_info));
}

TEST_CASE("questions: JDK 8 knows no bytes, and half of the commands it is spared") {
    Jvm jvm(8);
    jvm.knows(question::nmt_summary, summary);
    const auto asked = jvm.asked(Effort::standard);
    CHECK(has(asked, question::nmt_summary));
    CHECK_FALSE(has(asked, question::nmt_summary_bytes));
    CHECK_FALSE(has(asked, question::codecache));
    CHECK_FALSE(has(asked, question::vm_info));
}

TEST_CASE("questions: least asks for no addresses, most for every source, --nmt=off for nothing of NMT's") {
    Jvm jvm(21);
    jvm.knows(question::nmt_summary_bytes, summary).knows(question::system_map, system_map);
    const auto least = jvm.asked(Effort::least);
    CHECK_FALSE(has(least, question::system_map));
    CHECK_FALSE(has(least, question::vm_info));
    const auto most = jvm.asked(Effort::most);
    CHECK(has(most, question::system_map));
    CHECK(has(most, question::nmt_detail));
    CHECK(has(most, question::vm_info));
    for (const std::string& command : jvm.asked(Effort::standard, false)) {
        CHECK(command.find("native_memory") == std::string::npos);
        CHECK(command != question::system_map);
    }
}

TEST_CASE("questions: call sites are asked for in bytes, once, and only where they are wanted") {
    const std::string detail = summary +
                               "Virtual memory map:\n\nDetails:\n\n[0x00007f814133bcb4] "
                               "Unsafe_AllocateMemory0+0xb4\n   (malloc=100 type=Other #1)\n\n";
    Jvm jvm(17);
    jvm.knows(question::nmt_summary_bytes, summary).knows(question::nmt_detail_bytes, detail);
    const auto wanted = jvm.asked(Effort::standard, true, true);
    CHECK(has(wanted, question::nmt_detail_bytes));
    CHECK_FALSE(has(wanted, question::nmt_detail));
    CHECK_FALSE(has(wanted, question::vm_info));
    CHECK(has(jvm.asked(Effort::most), question::nmt_detail_bytes));
    CHECK(has(jvm.asked(Effort::least, true, true), question::nmt_detail_bytes));
    CHECK_FALSE(has(jvm.asked(Effort::standard), question::nmt_detail_bytes));
    CHECK_FALSE(has(jvm.asked(Effort::standard, false, true), question::nmt_detail_bytes));
    Jvm eight(8);
    eight.knows(question::nmt_summary, summary).knows(question::nmt_detail, detail);
    CHECK(has(eight.asked(Effort::standard, true, true), question::nmt_detail));
    CHECK_FALSE(has(eight.asked(Effort::standard, true, true), question::nmt_detail_bytes));
}

TEST_CASE("questions: a report from a file takes the place of asking for one") {
    Jvm jvm(17);
    jvm.with_nmt_file(summary);
    for (const std::string& command : jvm.asked(Effort::standard))
        CHECK(command.find("native_memory") == std::string::npos);
}

TEST_CASE("questions: a JVM with the attach mechanism disabled is not asked") {
    ProcessView view;
    view.options.emplace();
    CHECK_FALSE(why_not_to_attach(view).has_value());
    view.options->signals_reduced = true;  // -Xrs: the socket is open from the start
    CHECK_FALSE(why_not_to_attach(view).has_value());
    view.options->attach_disabled = true;
    CHECK(why_not_to_attach(view)->why.find("DisableAttachMechanism") != std::string::npos);
}
