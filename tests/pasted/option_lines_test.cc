#include "pasted/kinds/option_lines.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("option lines: options by themselves, behind a variable's name, in a file of them") {
    for (const char* line :
         {"-Xmx8g", "-server -Xmx100g -Xms100g -XX:MaxMetaspaceSize=1G -Xss512k",
          "JAVA_OPTS=\"-Xms512m -Xmx2g\"", "export JAVA_TOOL_OPTIONS='-Xmx1g -Dx=y'",
          "Picked up JAVA_TOOL_OPTIONS: -Xmx1g", "8-13:-XX:+UseG1GC", "ENV JAVA_OPTS -Xmx1g", "- -Xmx1g",
          "value: \"-Xmx1g -Xms1g\"", "JVM options: -Xmx4g -cp a:b", "-Xmx1g \\"}) {
        CAPTURE(line);
        CHECK_FALSE(options_of_line(line).empty());
    }
    for (const char* line :
         {"we set -Xmx8g and it still grows", "java -Xmx8g -jar a.jar", "use -Xmx8g.",
          "-  Java Heap (reserved=1KB, committed=1KB)", "- locked <0x00007f>", "grep -X foo"}) {
        CAPTURE(line);
        CHECK(options_of_line(line).empty());
    }
}

TEST_CASE("option lines: the command that starts a JVM, whatever starts it") {
    for (const char* line :
         {"java -Xmx8g -jar a.jar", "$ nohup java -Xmx8g -jar a.jar &", "root@h:/# /usr/bin/java -Xmx1g A",
          "exec java -Da=b Main", "ExecStart=/usr/bin/java -jar /srv/app.jar",
          "CMD [\"java\", \"-Xmx256m\", \"-jar\", \"app.jar\"]", "CMD [\"java\",\"-Xmx256m\"]",
          "sudo env A=b /opt/jdk/bin/java -server A", "exec java \\"}) {
        CAPTURE(line);
        CHECK_FALSE(java_command_of_line(line).empty());
    }
    for (const char* line :
         {"we start java -Xmx8g -jar a.jar", "java -version", "the java process grows", "$ jps -lv"}) {
        CAPTURE(line);
        CHECK(java_command_of_line(line).empty());
    }
}
