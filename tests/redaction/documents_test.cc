#include "redaction/documents.h"

#include <array>
#include <string>
#include <string_view>

#include "catch.h"

using namespace nmtx;

TEST_CASE("redaction: of smaps the names go, of the kernel's own none") {
    NameRedactor names;
    CHECK(redact_smaps("7f8142000000-7f8142021000 r--p 00c7b000 fe:00 1163267   /srv/acme/data.bin "
                       "(deleted)\nRss: 4 kB\n"
                       "7f8143000000-7f8143021000 rw-p 00000000 00:00 0   [heap]\n"
                       "7f8144000000-7f8144021000 rw-p 00000000 00:00 0   [anon:acme pool]\n",
                       names) ==
          "7f8142000000-7f8142021000 r--p 00c7b000 fe:00 1163267   /srv/nameA/data.bin (deleted)\nRss: 4 kB\n"
          "7f8143000000-7f8143021000 rw-p 00000000 00:00 0   [heap]\n"
          "7f8144000000-7f8144021000 rw-p 00000000 00:00 0   [anon:nameA pool]\n");
}

TEST_CASE(
    "redaction: a mapping's name stays where the kernel or glibc gave it, and goes where a program did") {
    constexpr std::array kept{
        std::string_view{"[heap]"},
        std::string_view{"[stack]"},
        std::string_view{"[stack:471100]"},
        std::string_view{"[vdso]"},
        std::string_view{"[vvar]"},
        std::string_view{"[vvar_vclock]"},
        std::string_view{"[vsyscall]"},
        std::string_view{"[uprobes]"},
        std::string_view{"[anon: glibc: malloc arena]"},
        std::string_view{"[anon: glibc: malloc]"},
        std::string_view{"[anon: glibc: loader malloc]"},
        std::string_view{"[anon: glibc: pthread stack: 1234567]"},
        std::string_view{"[anon: glibc: pthread user stack: 1234567]"},
    };
    constexpr std::array given{
        std::array{std::string_view{"[anon:contoso cache]"}, std::string_view{"[anon:nameA cache]"}},
        std::array{std::string_view{"[anon_shmem:contoso cache]"},
                   std::string_view{"[anon_shmem:nameA cache]"}},
        std::array{std::string_view{"[anon: glibc: contoso]"}, std::string_view{"[anon: glibc: nameA]"}},
        std::array{std::string_view{"[heap contoso]"}, std::string_view{"[heap nameA]"}},
        std::array{std::string_view{"[stack:contoso]"}, std::string_view{"[stack:nameA]"}},
        std::array{std::string_view{"/srv/contoso.so"}, std::string_view{"/srv/nameA.so"}},
    };
    const auto smaps_of = [](std::string_view name) {
        return "7f8142000000-7f8142021000 rw-p 00000000 00:00 0   " + std::string(name) + "\nRss: 4 kB\n";
    };
    const auto system_map_of = [](std::string_view name) {
        return "0x00007f728cd2b000-0x00007f728cd2f000 16384 rw-p 0 0 4K com MALLOC " + std::string(name) +
               "\n";
    };
    for (const std::string_view name : kept) {
        INFO(name);
        NameRedactor names;
        CHECK(redact_smaps(smaps_of(name), names) == smaps_of(name));
        CHECK(redact_system_map(system_map_of(name), names) == system_map_of(name));
        CHECK(names.counts().places == 0);
    }
    for (const auto& [name, redacted] : given) {
        INFO(name);
        NameRedactor names;
        CHECK(redact_smaps(smaps_of(name), names) == smaps_of(redacted));
        CHECK(redact_system_map(system_map_of(name), names) == system_map_of(redacted));
    }
    // One whose words are a user's of this host, as well.
    NameRedactor certain({{Placeholder::name, "cache"}});
    CHECK(redact_smaps(smaps_of("[anon:cache]"), certain) == smaps_of("[anon:nameA]"));
}

TEST_CASE("redaction: of a thread dump names of threads and classes go, those of the JDK stay") {
    NameRedactor names;
    const std::string dump = redact_thread_dump(
        "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
        "\"contoso \"quoted\" worker-1\" #12 [24173] daemon prio=5 tid=0x00007f nid=24173 runnable  "
        "[0x00007f]\n"
        "   java.lang.Thread.State: RUNNABLE\n"
        "\tat com.acmebank.Ledger.post(Ledger.java:12)\n"
        "\tat java.base@17.0.15/java.lang.Thread.run(Thread.java:840)\n"
        "\t- locked <0x00000000f8000000> (a com.acmebank.Ledger)\n"
        "\t- waiting on <0x00000000f8000001> (a java.util.TaskQueue)\n",
        names);
    CHECK(
        dump ==
        "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
        "\"nameA \"nameB\" worker-1\" #12 [24173] daemon prio=5 tid=0x00007f nid=24173 runnable  [0x00007f]\n"
        "   java.lang.Thread.State: RUNNABLE\n"
        "\tat com.nameC.nameD.nameE(nameD.java:12)\n"
        "\tat java.base@17.0.15/java.lang.Thread.run(Thread.java:840)\n"
        "\t- locked <0x00000000f8000000> (a com.nameC.nameD)\n"
        "\t- waiting on <0x00000000f8000001> (a java.util.TaskQueue)\n");
}

TEST_CASE("redaction: of System.map a thread's name and the file go, the columns stay") {
    NameRedactor names;
    CHECK(
        redact_system_map("0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com "
                          "STACK-16627-contoso-7,CODE /srv/contoso.so\n"
                          "0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com JAVAHEAP -\n",
                          names) ==
        "0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com STACK-16627-nameA-7,CODE /srv/nameA.so\n"
        "0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com JAVAHEAP -\n");
}

TEST_CASE("redaction: of NMT's call sites the JVM's functions stay, and what a file holds besides goes") {
    NameRedactor names;
    CHECK(redact_nmt("from contoso\nNative Memory Tracking:\n\nTotal: reserved=1KB, committed=1KB\n"
                     "[0x00007f41e07c85d2] os::malloc(unsigned long)+0x1b2\n"
                     "[0x00007f41e07c85d2] Java_com_contoso_Native_take+0x12\n",
                     names) ==
          "from nameA\nNative Memory Tracking:\n\nTotal: reserved=1KB, committed=1KB\n"
          "[0x00007f41e07c85d2] os::malloc(unsigned long)+0x1b2\n"
          "[0x00007f41e07c85d2] Java_com_nameA_Native_nameB+0x12\n");
}

TEST_CASE("redaction: a document that nobody knows is left out") {
    NameRedactor names;
    CHECK_FALSE(redact_document("hotspot/GC.class_histogram", "com.contoso.Foo", names));
    CHECK_FALSE(redact_document("hotspot/hsperfdata", "contoso", names));
    CHECK_FALSE(redact_document("malloc/walk.json", "{\"contoso\"", names));
}
