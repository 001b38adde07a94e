# The manual page and the completions of the shells, which the program itself writes (its tables of verbs and options are the source).
# They are installed where each shell looks for those of every user.
set(nmtx_shell_files ${CMAKE_BINARY_DIR}/share/nmtx.1 ${CMAKE_BINARY_DIR}/share/nmtx.bash ${CMAKE_BINARY_DIR}/share/_nmtx
    ${CMAKE_BINARY_DIR}/share/nmtx.fish)
# A build is no place to look for leaks of a sanitised program.
set(nmtx_run ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:nmtx>)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
add_custom_command(OUTPUT ${nmtx_shell_files}
  COMMAND ${nmtx_run} help --man > ${CMAKE_BINARY_DIR}/share/nmtx.1
  COMMAND ${nmtx_run} completion bash > ${CMAKE_BINARY_DIR}/share/nmtx.bash
  COMMAND ${nmtx_run} completion zsh > ${CMAKE_BINARY_DIR}/share/_nmtx
  COMMAND ${nmtx_run} completion fish > ${CMAKE_BINARY_DIR}/share/nmtx.fish
  DEPENDS nmtx COMMENT "Manual page and completions" VERBATIM)
add_custom_target(nmtx_manual ALL DEPENDS ${nmtx_shell_files})
install(FILES ${CMAKE_BINARY_DIR}/share/nmtx.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/share/nmtx.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nmtx)
install(FILES ${CMAKE_BINARY_DIR}/share/_nmtx DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${CMAKE_BINARY_DIR}/share/nmtx.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
