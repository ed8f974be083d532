"""Scripting and numerical languages, build files, TeX."""

from pipeline.tag.profiles.base import Profile

# fmt: off
PROFILES: dict[str, Profile] = {
    "python": Profile(
        heads="def class import from elif else: try: except except: finally: with for while if return raise yield "
              "pass print async @property @staticmethod @classmethod # global nonlocal assert del",
        words="elif self None True False lambda isinstance len range str int dict __init__ __name__ __main__ super "
              "args kwargs enumerate ValueError TypeError numpy os sys",
        literals=("\ndef ", "\nfrom ", "\nimport ", "):\n", "self.", '"""', "    def ", "if not ", " in range(",
                  " is None", "__main__", "__init__", "lambda ", "else:\n", " as np", "print(", "f'", 'f"'),
        never=(";\n", "{\n", "end\n", "$this", "\nmodule ", "function ", " then\n", "</"),
    ),
    "ruby": Profile(
        heads="require require_relative def end class module include attr_accessor attr_reader if unless puts do "
              "describe it private begin rescue # else elsif case when return yield",
        words="def end puts require nil elsif unless attr_accessor attr_reader each do module self rescue yield "
              "then gem initialize new include map lambda",
        literals=("\nrequire ", "require '", "\nend\n", "  end\n", " do |", ".each ", "def ", "puts ", "#{", "=> ",
                  "\nmodule ", "attr_", "||=", ".nil?", ":class", "unless ", "\ndef ", " do\n", ".map ", ".new"),
        never=(";\n", "{\n", "#include", "function ", "let ", "):\n", "local ", "fn ", "<?php", ":= ", "my $",
               "then\n", "func "),
        needs=("end", "require", "puts", "do", "gem", "def "),
    ),
    "perl": Profile(
        heads="use my sub package print return if foreach while =head1 =cut =pod our 1; # die require unless push "
              "local no __END__",
        words="my use strict warnings sub shift print foreach package die bless ref push scalar keys unless elsif "
              "eq ne undef qw join split our chomp defined",
        literals=("use strict;", "use warnings;", "my $", "my @", "my %", "my (", "sub ", "@_", "$_", "->{", "=~",
                  "qw(", "\n=head1", "\n=cut", "\n1;", " eq ", "@{", "foreach my", "\npackage ", "print ", "$self",
                  "elsif ", "%{"),
        never=("<?php", "#include", "function ", "def ", "fn ", "public ", "$this", "let ", " then\n", "fi\n",
               "done\n"),
        needs=("$", "@", "use ", "sub ", "=head"),
    ),
    "lua": Profile(
        heads="local function end if for while return require else elseif repeat until -- print --[[",
        words="local function end then nil elseif pairs ipairs require do not table string until repeat "
              "setmetatable math",
        literals=("\nlocal ", "local function", "function ", " then\n", "end\n", "~=", "require(", "pairs(",
                  "local ", " do\n", ":new(", "\nend", 'require "'),
        never=(";\n", "{\n\t", "def ", "#include", "fn ", "var ", "let ", "fi\n", "BEGIN", "begin", "class ", "$",
               "=>", "!=", "puts ", "::"),
        needs=("local ", "end", "function", "require"),
    ),
    "r": Profile(
        heads="library( # if for function return( source( require( setwd( print( plot( data <- #' cat(",
        words="function library data frame ggplot TRUE FALSE NULL NA paste apply lapply sapply factor mean matrix c "
              "rep seq summary stringsAsFactors read dplyr nrow",
        literals=(" <- function", "<- ", "library(", "c(", "%>%", "data.frame(", "= TRUE", "= FALSE", "<- c(",
                  "paste(", "require(", "\n#'", "function(", "print(", "cat("),
        never=(";\n", "#include", "def ", "let ", "var ", "public ", "class ", "::new", "fn ", "=>", ":=", "do\n",
               "end\n", " val ", "->"),
        needs=("<-", "library(", "function(", "c(", "print("),
    ),
    "shell": Profile(
        heads="#!/bin/sh #!/bin/bash if fi then else elif for do done while case esac echo export cd set function # "
              "exit source local sudo rm mkdir [ test read alias unset return eval",
        words="echo fi esac done then elif exit grep sed awk export chmod mkdir rm cp mv PATH HOME bin bash sh sudo "
              "dirname basename apt usr dev cat null set unset printf",
        literals=("\nfi\n", "\ndone", "then\n", "; then", "; do", "$1", '"$', "$(", "${", "echo ", "\nexport ",
                  "esac", "[ -", "[[ ", "2>&1", "/dev/null", "#!/bin/", "$@", "|| ", "&& ", "() {", "| grep", "\nfi",
                  " -e ", "${1", "exit "),
        never=("#include", "public ", "<?php", "def ", "my $", "fn ", "let ", "var ", ";\n}", "\nend\n", "$this",
               "proc ", "FROM ", "Write-", "puts "),
    ),
    "powershell": Profile(
        heads="param( param function if foreach Write-Host Import-Module # <# .SYNOPSIS [CmdletBinding()] Get- Set- "
              "return $ try begin process Write-Output",
        words="param Write Host Output Mandatory foreach CmdletBinding Parameter PSCustomObject ErrorAction eq ne "
              "Object Where ForEach Invoke Import Module null true false",
        literals=("Write-Host", "Write-Output", "param(", "Param(", " -eq ", " -ne ", "$_.", "[string]",
                  "[Parameter", "Get-", "Set-", "New-Object", "\n$", "| Where", "| ForEach", "$null", "$true",
                  " -lt ", "foreach ($", "$args", "[int]", "-Path", ".SYNOPSIS", "function "),
        never=("<?php", "#include", "my $", "fi\n", "$this->", "echo ", "def ", "let ", "done\n", ";\n", "->"),
        needs=("$", "Write-", "param", "Get-"),
    ),
    "awk": Profile(
        heads="BEGIN END function print if for # printf awk",
        words="BEGIN END print printf NR NF FS OFS RS function getline gsub split substr in ARGV length next",
        literals=("\nBEGIN {", "BEGIN {", "\nEND {", "print ", "$0", "NF", "NR", "FS", "$1", "awk -f", "printf(",
                  "gsub(", "!~", "RS"),
        never=(";\n}", "#include", "def ", "fn ", "my $", "fi\n", "echo ", "let ", "class ", "import ", "<?php",
               "var "),
        needs=("{", "BEGIN", "print"),
    ),
    "tcl": Profile(
        heads="proc set puts if foreach # return namespace package for while incr expr variable } source",
        words="proc set puts foreach expr namespace eval lindex llength incr return upvar lappend package argv "
              "string else",
        literals=("\nproc ", "proc ", "\nset ", "puts ", "[expr", "foreach ", "} {", "} else {", "namespace eval",
                  "package require", "[lindex", "lappend ", "[list", "incr ", "[string ", "} {\n"),
        never=(";\n", "#include", "def ", "fn ", "function", "my $", "fi\n", "<?php", "let ", "end\n", "var ",
               "::new", "="),
        needs=("proc ", "set ", "puts ", "$"),
    ),
    "matlab": Profile(
        heads="function end % %% for if clear close figure plot( else while disp( clc hold return xlabel( fprintf( "
              "elseif case endfunction endif",
        words="function end zeros ones disp fprintf length size numel figure plot xlabel ylabel title hold clear "
              "clc close repmat nargin isempty linspace mat2str varargin endfunction",
        literals=("\nfunction ", "];\n", ");\n", "\n%", "end\n", "...\n", "zeros(", "(:,", ".*", "clear all",
                  "close all", "disp(", "fprintf(", ";\n\n", "~=", "size(", "function [", "(1,", ":end", "xlabel("),
        never=("{\n", "#include", "def ", "fn ", "let ", "var ", "local ", "public ", "->", "$", "\\begin", "=>",
               "\\section", ":=", "#define", "/*", " then", "::", "//"),
        needs=(";", "function", "%", "=", "end", "disp"),
    ),
    "julia": Profile(
        heads="function end using import module struct for if # println( export const return macro abstract @ begin "
              "mutable",
        words="function end using println module struct const nothing Int64 Float64 String push abstract mutable "
              "export where Vector begin Array length",
        literals=("\nfunction ", "end\n", "\nusing ", "println(", "Int64", "Float64", "\nmodule ", "push!(",
                  "\nexport ", "::Int", "\nstruct ", "nothing", "<: "),
        never=(";\n", "{\n", "def ", "#include", "fn ", "let ", "local ", "then\n", "--", "puts ", "var ", "//", "~="),
        needs=("end", "println", "using ", "function"),
    ),
    "makefile": Profile(
        heads=".PHONY: all: clean: CC CFLAGS ifeq endif include ifneq ifdef else install: test: # @echo export "
              "define -include",
        words="CFLAGS CC PHONY LDFLAGS ifeq endif wildcard patsubst shell clean all install LIBS OBJS MAKE CXX",
        literals=("\n.PHONY", "\nall:", "\nclean:", "$(CC)", "$@", "$<", "$(", ":=", "\nifeq", "\n\t@", "$(shell",
                  "\nCFLAGS", "\n\trm ", "$^", "%.o", "$(MAKE)", ".o:", "\ninclude "),
        never=("{\n", ";\n", "def ", "fn ", "let ", "function ", "class ", "#include <", "public ", "<-", "cmake"),
        needs=(":", "$("),
    ),
    "cmake": Profile(
        heads="cmake_minimum_required( project( set( add_executable( if( endif() target_link_libraries( include( "
              "add_library( find_package( # message( option( install( else() foreach( endforeach() "
              "cmake_minimum_required",
        words="cmake_minimum_required project add_executable target_link_libraries find_package CMAKE_CXX_FLAGS "
              "endif endforeach STATUS REQUIRED CMAKE_SOURCE_DIR PROJECT_NAME add_library VERSION",
        literals=("cmake_minimum_required", "add_executable(", "target_link_libraries", "${CMAKE", "find_package(",
                  "add_library(", "\nendif(", "set(", "project(", "message(STATUS"),
        never=("{\n", ";\n", "#include <", "def ", "fn ", "\\begin"),
        needs=("(",),
    ),
    "dockerfile": Profile(
        heads="FROM RUN CMD COPY ADD ENV WORKDIR EXPOSE ENTRYPOINT MAINTAINER VOLUME USER LABEL ARG #",
        words="FROM RUN CMD COPY WORKDIR EXPOSE ENTRYPOINT MAINTAINER ENV apt install ubuntu",
        literals=("\nFROM ", "\nRUN ", "\nCMD ", "\nCOPY ", "\nADD ", "\nENV ", "\nWORKDIR ", "\nEXPOSE ",
                  "\nENTRYPOINT ", "apt-get install", "&& \\\n", "\nMAINTAINER "),
        never=("{\n", ";\n", "SELECT ", "def ", "fn ", "#include", "WHERE ", "fi\n"),
        needs=("FROM ",),
    ),
    "vim script": Profile(
        heads='" let if endif function function! endfunction set autocmd au map nnoremap command syn syntax hi '
              "highlight call nmap silent finish endfor plugin",
        words="endif endfunction nnoremap autocmd syntax match vim exists setlocal noremap inoremap bufnr execute "
              "abort leader VIMRUNTIME hi syn keyword",
        literals=("\nendif", "\nendfunction", "\nlet g:", "let s:", "\nset ", "function! ", "autocmd ", "nnoremap ",
                  "exists(", "\nsyn ", "<CR>", '\n" ', "setlocal ", "a:", "<leader>", "\nhi "),
        never=("{\n", ";\n", "#include", "def ", "fn ", "public ", "var "),
        needs=("set ", "let ", '"', "function", "hi ", "map", "syn"),
    ),
    "tex": Profile(
        heads="\\documentclass \\begin{document} \\usepackage \\section \\begin \\end \\item \\subsection \\newcommand "
              "\\title \\author % \\label \\chapter \\def \\input",
        words="documentclass begin end section usepackage textbf item label newcommand cite ref mathbf frac "
              "document title",
        literals=("\\documentclass", "\\begin{", "\\end{", "\\section", "\\usepackage", "\\newcommand", "\\item",
                  "\\textbf{", "\\cite", "\\label{", "\\def\\", "\\ref{", "\\emph{", "\\frac{", "\\chapter",
                  "\\subsection", "\\title{"),
        never=("#include", "def ", "fn ", "public ", "printf(", "/*"),
        needs=("\\",),
    ),
}
# fmt: on
