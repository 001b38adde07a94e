#include "hotspot/identity.h"

#include "catch.h"

using namespace std::string_literals;
using namespace nmtx;

TEST_CASE("VM.version: JDK 8 names itself 25 and is 8") {
    const auto java = parse_vm_version("OpenJDK 64-Bit Server VM version 25.504-b01\nJDK 8.0_504\n");
    REQUIRE(java.has_value());
    CHECK(java->feature == 8);
    CHECK(java->version == "25.504-b01");
    CHECK(java->jdk == "8.0_504");
    CHECK(java->vm == "OpenJDK 64-Bit Server VM");
}

TEST_CASE("VM.version: releases, early access and vendors") {
    const auto feature = [](const char* text) {
        const auto java = parse_vm_version(text);
        REQUIRE(java.has_value());
        return java->feature;
    };
    CHECK(feature("OpenJDK 64-Bit Server VM version 17.0.21.0.3+1-1-Debian\nJDK 17.0.21") == 17);
    CHECK(feature("OpenJDK 64-Bit Server VM version 28-ea+18-1-Debian\nJDK 28.0.0\n") == 28);
    CHECK(feature("OpenJDK 64-Bit Server VM version 25.0.5+9-LTS\nJDK 25.0.5\n") == 25);
    SECTION("without the second line") {
        CHECK(feature("Java HotSpot(TM) 64-Bit Server VM version 25.202-b08") == 8);
        CHECK(feature("OpenJDK 64-Bit Server VM version 24.80-b11") == 7);
        CHECK(feature("OpenJDK 64-Bit Server VM version 25.0.5+9-LTS") == 25);
        CHECK(feature("OpenJDK 64-Bit Server VM version 17-beta+3") == 17);
    }
}

TEST_CASE("VM.version: a reply without a version is an error that quotes it") {
    const auto java = parse_vm_version("java.lang.IllegalArgumentException: Unknown diagnostic command\n");
    REQUIRE_FALSE(java.has_value());
    CHECK(java.error().what ==
          "expected \"… VM version …\", found \"java.lang.IllegalArgumentException: Unknown diagnostic "
          "command\"");
    CHECK_FALSE(parse_vm_version("").has_value());
    CHECK_FALSE(parse_vm_version("X version y\nJDK z").has_value());
}

TEST_CASE("libjvm: its banner tells the release and the version that the JDK names itself") {
    const auto read = [](const char* text) {
        const auto java = parse_vm_banner(text);
        REQUIRE(java.has_value());
        CHECK(java->vm == "OpenJDK 64-Bit Server VM");
        return std::pair(java->feature, java->jdk);
    };
    CHECK(read("OpenJDK 64-Bit Server VM (25.504-b01) for linux-amd64 JRE (1.8.0_504-8u504-ga-1-b01)") ==
          std::pair(8, std::string("1.8.0_504")));
    CHECK(read("OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1) for linux-amd64 JRE "
               "(17.0.15+6-Debian-1deb12u1)") == std::pair(17, std::string("17.0.15")));
    CHECK(read("OpenJDK 64-Bit Server VM (28-ea+18-1-Debian) for linux-amd64 JRE (28-ea+18-1-Debian)") ==
          std::pair(28, std::string("28-ea")));
    for (const char* none : {"", "(", "VM (17", "VM (17) for linux-amd64", "VM (17) for x JRE (17",
                             "VM (17) for x JRE (y)", " (17) for x JRE ("})
        CHECK_FALSE(parse_vm_banner(none).has_value());
}

TEST_CASE("java_feature: old and new schemes of versions") {
    CHECK((java_feature("1.8.0_504") == 8));
    CHECK((java_feature("8.0_504") == 8));
    CHECK((java_feature("17.0.15") == 17));
    CHECK((java_feature("28-ea") == 28));
    CHECK((java_feature("25") == 25));
    for (const char* none : {"", "x", "0", "-1", "1.x", "99999999999999999999", "70000"})
        CHECK_FALSE(java_feature(none).has_value());
}

TEST_CASE("options: later ones win, as in HotSpot") {
    const JvmOptions options = read_jvm_options(
        {"-XX:NativeMemoryTracking=detail", "-XX:NativeMemoryTracking=summary", "-XX:+UseG1GC",
         "-XX:-UseG1GC", "-XX:+UseZGC", "-XX:+DisableAttachMechanism", "-XX:-DisableAttachMechanism", "-Xrs",
         "-XX:+StartAttachListener", "-XX:+AlwaysPreTouch", "-Dx=-XX:+UseSerialGC"});
    CHECK(options.nmt_level == NmtLevel::summary);
    CHECK(options.nmt_given);
    CHECK((options.gc == "Z"));
    CHECK_FALSE(options.attach_disabled);
    CHECK(options.signals_reduced);
    CHECK(options.attach_at_start);
    CHECK(options.pretouch);
}

TEST_CASE("options: defaults, and values that the JVM would refuse") {
    const JvmOptions options =
        read_jvm_options({"-XX:NativeMemoryTracking=everything", "-XX:", "-XX:+", "-Xmx1g", ""});
    CHECK(options.nmt_level == NmtLevel::off);
    CHECK_FALSE(options.nmt_given);
    CHECK_FALSE(options.gc.has_value());
    CHECK(read_jvm_options({"-XX:+ReduceSignalUsage"}).signals_reduced);
    CHECK((read_jvm_options({"-XX:+UseG1GC", "-XX:-UseG1GC"}).gc == std::nullopt));
    CHECK((read_jvm_options({"-XX:+UseG1GC", "-XX:-UseZGC"}).gc == "G1"));
    CHECK((read_jvm_options({"-XX:+UseConcMarkSweepGC", "-XX:+UseParNewGC"}).gc == "CMS"));
}

TEST_CASE("joined options: a piece without '-' belongs to the option before it") {
    using Options = std::vector<std::string_view>;
    CHECK((split_joined_options("-XX:+UseG1GC  -Dgreeting=hello big world -Xmx512m ") ==
           Options{"-XX:+UseG1GC", "-Dgreeting=hello big world", "-Xmx512m"}));
    CHECK((split_joined_options("") == Options{}));
    CHECK((split_joined_options("   ") == Options{}));
    CHECK((split_joined_options("exit -Xrs") == Options{"exit", "-Xrs"}));
}

TEST_CASE("cmdline: options end at the main class, -jar or -m; values of the launcher's options are none") {
    using Options = std::vector<std::string_view>;
    CHECK((
        read_java_cmdline("/usr/bin/java\0-Xmx1g\0-cp\0-odd:b\0-XX:+UseG1GC\0Main\0-XX:+UseZGC\0"s).options ==
        Options{"-Xmx1g", "-cp", "-XX:+UseG1GC"}));
    CHECK((read_java_cmdline("java\0-Da=b c\0-jar\0x.jar\0-Xrs\0"s).options == Options{"-Da=b c"}));
    CHECK((read_java_cmdline("java\0@opts\0--module-path=m\0-m\0a/b\0"s).options ==
           Options{"--module-path=m"}));
    CHECK((read_java_cmdline("java"s).options == Options{}));
    CHECK(read_java_cmdline("java\0-cp\0x\0Main\0arg\0"s).main == "Main");
    CHECK(read_java_cmdline("java\0-jar\0x.jar\0-Xrs\0"s).main == "x.jar");
    CHECK(read_java_cmdline("java\0--module=a/b\0"s).main == "a/b");
    CHECK((read_java_cmdline(""s).options == Options{}));
}

TEST_CASE("collectors: from a flag and from the policy of hsperfdata") {
    CHECK(gc_of_flag("UseZGC") == "Z");
    CHECK_FALSE(gc_of_flag("ZGenerational"));
    CHECK_FALSE(gc_of_flag(""));
    CHECK((gc_of_policy_name("GarbageFirst") == "G1"));
    CHECK((gc_of_policy_name("Copy:MSC") == "Serial"));
    CHECK((gc_of_policy_name("ParNew:CMS") == "CMS"));
    CHECK((gc_of_policy_name("") == std::nullopt));
}

TEST_CASE("NMT levels: those that can be asked for have the names of the option") {
    for (const NmtLevel level : {NmtLevel::off, NmtLevel::summary, NmtLevel::detail})
        CHECK(nmt_level_named(name_of(level)) == level);
    CHECK(name_of(NmtLevel::summary) == "summary");
    CHECK(name_of(NmtLevel::unknown) == "unknown");
    CHECK_FALSE(nmt_level_named("unknown"));
    CHECK_FALSE(nmt_level_named("minimal"));
}

TEST_CASE("collectors: people call Z ZGC, and the others as they are called") {
    CHECK(collector_name("Z") == "ZGC");
    for (const char* name : {"G1", "Serial", "Parallel", "Shenandoah", "Epsilon", "CMS", ""})
        CHECK(collector_name(name) == name);
}
