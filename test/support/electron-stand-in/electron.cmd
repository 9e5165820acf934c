@echo off
rem The same as the file electron beside it, for Windows.
setlocal
set "node=%~dp0..\..\..\node_modules\.bin\node.exe"
if not exist "%node%" set "node=node"
if defined ELECTRON_RUN_AS_NODE ("%node%" %*) else ("%node%" "%~dp0start\entry.mjs" %*)
