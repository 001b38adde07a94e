#include "redaction/names.h"

#include "catch.h"
#include "redaction/arguments.h"
#include "redaction/documents.h"

using namespace nmtx;

TEST_CASE(
    "redaction: a path keeps what everybody has and loses what is somebody's, the same name by the same "
    "word") {
    NameRedactor names;
    CHECK(names.redact("/home/alice/acmebank/payments-core-1.4.jar") ==
          "/home/nameA/nameB/nameC-core-1.4.jar");
    CHECK(names.redact("com.acmebank.payments.PaymentsService") == "com.nameB.nameC.nameCService");
    CHECK(names.redact("ALICE") == "nameA");
    for (const char* same :
         {"/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", "/usr/lib/x86_64-linux-gnu/libc.so.6",
          "/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
          "/usr/lib/jvm/java-21-openjdk-amd64/lib/server/classes.jsa", "/memfd:java_heap (deleted)",
          "/dev/zero", "/tmp/librocksdbjni.so", "[anon: glibc: malloc arena]", "http-nio-8080-exec-3",
          "GC Thread#0", "kafka-producer-network-thread", "0x00007f41d8057dc0"})
        CHECK(names.redact(same) == same);
}

TEST_CASE("redaction: addresses, hosts, mail, ids") {
    NameRedactor names;
    CHECK(names.redact("10.1.2.3 10.1.2.4:80 10.1.2.3") == "ipA ipB:80 ipA");
    CHECK(names.redact("127.0.0.1") == "127.0.0.1");
    CHECK(names.redact("[2001:db8::1]:443") == "[ipC]:443");
    CHECK(names.redact("jdbc:postgresql://db7.acme.internal:5432/orders") ==
          "jdbc:postgresql://hostA:5432/nameA");
    CHECK(names.redact("db7.acme.internal") == "hostA");
    CHECK(names.redact("https://bob:hunter2@x.example.org/") == "https://nameB:***@hostB/");
    CHECK(names.redact("bob.smith@acme.com") == "mailA");
    CHECK(names.redact("/kubepods/burstable/pod4f3a0c9e-1111-2222-3333-444455556666/"
                       "5b1d0e9f7c6a5b4d3e2f1a0b9c8d7e6f5b1d0e9f7c6a5b4d3e2f1a0b9c8d7e6f") ==
          "/kubepods/burstable/podidA/idB");
    CHECK(names.redact("customer 4711234") == "nameC idC");
    CHECK(names.redact("0x00007f0ac8000000 4711234 kB", Numbers::kept) == "0x00007f0ac8000000 4711234 kB");
    CHECK(names.redact("aB3xY9q") == "idD");
    CHECK(names.counts().different[static_cast<std::size_t>(Placeholder::ip)] == 3);
    CHECK(names.counts().places == 15);
}

TEST_CASE(
    "redaction: what was redacted before stays, and names that are known go whatever they are made of") {
    NameRedactor names(
        {{Placeholder::host, "prod-db"}, {Placeholder::name, "worker"}, {Placeholder::name, "java"}});
    const std::string once = names.redact("/home/alice/acme");
    CHECK(NameRedactor().redact(once) == once);
    CHECK(names.redact("prod-db-1 Prod-DB/worker workers java") == "hostA-1 hostA/nameC workers java");
    CHECK(names.redact("worker") == "nameC");
}

TEST_CASE("redaction: options keep flags and figures, and lose values that are names") {
    NameRedactor names;
    CHECK(redact_argument(names, "-Xmx2g") == "-Xmx2g");
    CHECK(redact_argument(names, "-XX:MaxHeapSize=2147483648") == "-XX:MaxHeapSize=2147483648");
    CHECK(redact_argument(names, "-XX:+UseG1GC") == "-XX:+UseG1GC");
    CHECK(redact_argument(names, "-XX:NativeMemoryTracking=detail") == "-XX:NativeMemoryTracking=detail");
    CHECK(redact_argument(names, "-XX:HeapDumpPath=/srv/acmebank/dumps") ==
          "-XX:HeapDumpPath=/srv/nameA/nameB");
    CHECK(redact_argument(names, "-Xlog:gc*:file=/var/log/acmebank/gc.log") ==
          "-Xlog:gc*:file=/var/log/nameA/gc.log");
    CHECK(redact_argument(names, "-Dcom.acmebank.tenant=Contoso") == "-Dcom.nameA.nameC=nameD");
    CHECK(redact_argument(names, "-Dpassword=*******") == "-Dpassword=*******");
    CHECK(redact_argument(names, "-javaagent:/opt/acmebank/agent.jar=key=contoso") ==
          "-javaagent:/opt/nameA/agent.jar=key=nameD");
    CHECK(redact_cmdline(names, std::string_view("java\0-Xmx1g\0AcmebankMain\0", 25)) ==
          std::string("java\0-Xmx1g\0nameAMain\0", 22));
    CHECK(redact_joined_options(names, "-Xmx1g -Dx=contoso and more") == "-Xmx1g -Dx=nameD and more");
}

TEST_CASE("redaction: any bytes, cut anywhere, give an answer") {
    const std::string text =
        "/home/\xff\xfe\x80/acme://u:p@h[::1]:x 1.2.3.4.5 ::::: pod@@ \xd0\x90\xd0\xbb lib lib. 0x 0xz a@";
    for (std::size_t i = 0; i <= text.size(); ++i) {
        NameRedactor names;
        const std::string out = names.redact(std::string_view(text).substr(i));
        CHECK(out.find("acme") == std::string::npos);
    }
}
