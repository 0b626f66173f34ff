@echo off
rem Double-click: starts the desk.  "sheetgen check": runs that command.
rem ASCII only: a console reads this file in its own code page. Python writes the Japanese.
setlocal EnableExtensions DisableDelayedExpansion
title sheetgen
rem Let no candidate fetch a Python of its own.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
set "SHEETGEN_HERE=%~dp0"
set "SHEETGEN_CLICKED="
if "%~1"=="" set "SHEETGEN_CLICKED=1"
rem A file dropped on the icon comes as a full path; no command is one.
if not "%~1"=="" if "%~1"=="%~f1" set "SHEETGEN_CLICKED=1"

rem The python.exe of the Microsoft Store ends with an error when it is asked anything.
set "SHEETGEN_TEST=import sys; sys.exit(sys.version_info < (3, 6))"
py -3 -c "%SHEETGEN_TEST%" >nul 2>nul
if "%ERRORLEVEL%"=="0" goto with_py
rem Not a plain "python": a python.bat would not come back here.
set "SHEETGEN_FOUND="
for %%I in (python.exe) do set "SHEETGEN_FOUND=%%~$PATH:I"
if not defined SHEETGEN_FOUND goto ask_own
"%SHEETGEN_FOUND%" -c "%SHEETGEN_TEST%" >nul 2>nul
if "%ERRORLEVEL%"=="0" goto with_found
:ask_own
set "SHEETGEN_FOUND=%SHEETGEN_HERE%.venv\Scripts\python.exe"
if not exist "%SHEETGEN_FOUND%" goto none
"%SHEETGEN_FOUND%" -c "%SHEETGEN_TEST%" >nul 2>nul
if "%ERRORLEVEL%"=="0" goto with_found

:none
rem No Python: a page says it in Japanese, whatever the code page is.
echo Python 3.11 or later was not found.
echo See "%SHEETGEN_HERE%docs\no-python.html"
start "" "%SHEETGEN_HERE%docs\no-python.html"
set "SHEETGEN_CODE=1"
goto finish

:with_py
set "SHEETGEN_PYTHON=py -3"
goto run

:with_found
set SHEETGEN_PYTHON="%SHEETGEN_FOUND%"

:run
if not defined SHEETGEN_CLICKED goto typed
rem pushd gives a drive letter to a folder on a server (\\server\share).
pushd "%SHEETGEN_HERE%"
%SHEETGEN_PYTHON% "%SHEETGEN_HERE%start.py" desk
set "SHEETGEN_CODE=%ERRORLEVEL%"
popd
goto finish

:typed
%SHEETGEN_PYTHON% "%SHEETGEN_HERE%start.py" %*
set "SHEETGEN_CODE=%ERRORLEVEL%"

:finish
rem A window opened by a double-click would close before its words are read.
if defined SHEETGEN_CLICKED if not "%SHEETGEN_CODE%"=="0" pause
exit /b %SHEETGEN_CODE%
