// Options of a JVM: on their own line, after a variable's name, on a command line.
#pragma once

#include <string>
#include <string_view>

namespace nmtx {

// The options of a line that has nothing else: "-server -Xmx8g", "JAVA_OPTS=\"-Xmx8g\"", "Picked up
// JAVA_TOOL_OPTIONS: -Xmx8g", "8-13:-XX:+UseG1GC" of a file jvm.options; empty for any other line.
std::string_view options_of_line(std::string_view line);

// The command of a line that starts a JVM, from the program on: "java -Xmx8g -jar a.jar" of "$ nohup java
// -Xmx8g -jar a.jar", "ExecStart=/usr/bin/java …", "CMD [\"java\", \"-Xmx8g\"]"; empty for any other line.
std::string_view java_command_of_line(std::string_view line);

// The line's words separated by one blank, without quotes, brackets and a continuation mark.
std::string plain_words(std::string_view line);

}  // namespace nmtx
