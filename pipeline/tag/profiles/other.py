"""Functional and logic languages, SQL, the Pascal family, Basic, Fortran, Cobol, hardware and assembly."""

from pipeline.tag.profiles.base import Profile

# fmt: off
PROFILES: dict[str, Profile] = {
    "sql": Profile(
        heads="SELECT select CREATE create INSERT insert FROM from WHERE where UPDATE DELETE DROP ALTER JOIN LEFT "
              "INNER GROUP ORDER -- SET GO DECLARE BEGIN END WITH AND PRIMARY declare begin end",
        words="SELECT FROM WHERE INSERT INTO VALUES CREATE TABLE PRIMARY KEY NOT NULL VARCHAR INTEGER INT JOIN "
              "UPDATE DELETE ALTER DROP INDEX PROCEDURE GROUP BY ORDER varchar varchar2 nvarchar DECLARE BEGIN END",
        literals=("SELECT ", "select ", "CREATE TABLE", "create table", "INSERT INTO", "insert into",
                  "CREATE OR REPLACE", "create or replace", "NOT NULL", "not null", "PRIMARY KEY", "primary key",
                  " FROM ", "\nFROM ", "WHERE ", "DROP TABLE", "VALUES (", "VARCHAR", "varchar", "ORDER BY", "\n--"),
        never=("#include", "<?php", "import ", "function(", "def ", "{\n", "public ", "$this", "var ", "fn "),
        needs=("SELECT", "select", "CREATE", "create", "INSERT", "insert", "UPDATE", "update", "ALTER", "alter",
               "DROP", "drop"),
    ),
    "haskell": Profile(
        heads="module import data type newtype instance class where let in case do -- {-# deriving main infixr | = "
              "of",
        words="where module import qualified data instance deriving Maybe Just Nothing String Int Show Eq putStrLn "
              "return otherwise IO Monad newtype hiding forall Either mapM_",
        literals=(" :: ", " -> ", "<- ", "\nmodule ", "import qualified", " where\n", "main = ", "main ::", "{-#",
                  "\nimport ", "deriving (", " => ", "\ndata ", "\n  where", "\ninstance ", "otherwise =", "case ",
                  "(.."),
        never=(";\n", "{\n", "def ", "#include", "fn ", "function ", "public ", "func ", "end\n", "val ", "var ",
               "begin"),
        needs=("::", "where", "main =", "import ", "module ", "= "),
    ),
    "ocaml": Profile(
        heads="let open module type match | and in (* val exception rec begin end if method",
        words="let rec match with fun function in module struct end sig open val type of ref mutable Printf printf "
              "List begin string int unit raise failwith Some None",
        literals=("\nlet ", "let rec ", " -> ", "\nopen ", "(*", ";;", "match ", " with\n", "fun ", "| _ ->", "|> ",
                  "let () =", "Printf.", "List.", " in\n", "struct\n", "'a "),
        never=("fn ", "{\n", "def ", "#include", "public ", "var ", "function(", "mutable member", "[<", "printfn",
               "const ", "let mut", "namespace", ":= Some"),
        needs=("let ", "val ", "type "),
    ),
    "f#": Profile(
        heads="let open module type match | namespace // /// member [< yield in do if printfn static",
        words="let mutable match with fun module open type member printfn Seq List Array rec namespace failwith "
              "sprintf static new async override string int Some None EntryPoint",
        literals=("\nlet ", "open System", " -> ", "|> ", "printfn ", "[<", "let mutable", "fun ", "member ",
                  "match ", "\nmodule ", "\nopen ", "Seq.", "List.", "let rec ", ">]", "Array."),
        never=(";\n", "{\n", "def ", "#include", ";;", "function(", "(*", "const ", "public ", "fn ", "end\n", "val "),
        needs=("let ", "module ", "open ", "namespace "),
    ),
    "erlang": Profile(
        heads="-module( -export( -include( -define( -record( % %% -spec case end receive -behaviour",
        words="module export ok error io format lists case of end receive fun when spec undefined spawn self true",
        literals=("\n-module(", "\n-export(", "-> ", "->\n", "io:format", "lists:", ".\n", "\n-define(",
                  "\n-record(", "\n-include", "{ok,", "<<", "\n-spec", " end.", " when "),
        never=("#include", "def ", "{\n", "public ", "let ", "var ", "fn ", "function ", "class ", ":-", "$"),
        needs=("->", "-module", "-define", "-include"),
    ),
    "elixir": Profile(
        heads="defmodule def defp do end use import alias @moduledoc @doc case if test # |> require defmacro "
              "IO.puts",
        words="defmodule def defp do end IO puts nil alias use when fn Enum String ok error moduledoc ExUnit",
        literals=("defmodule ", " do\n", "|> ", "IO.puts", "defp ", "Enum.", "@moduledoc", "@doc", "fn ", " -> ",
                  "end\n", "%{", "~r", "#{", ", do: ", "{:ok"),
        never=(";\n", "{\n", "#include", "public ", "var ", "let ", "module.exports", "puts '", "require '",
               "function "),
        needs=("def", "do", "|>", "IO.", "%{"),
    ),
    "clojure": Profile(
        heads="(ns (def (defn (let (:require (if ; ;; (defmacro (fn (-> (println (defn- (:use (for (map",
        words="defn ns def let fn require println recur loop conj map assoc str first rest cond",
        literals=("(ns ", "(defn ", "(def ", "(let [", ":require", "(fn [", "#(", "(->", "(println ", ":keys",
                  "(if ", "clojure.", ":as ", "(map ", "[&"),
        never=("(defun ", "(define ", "(setq ", ";\n", "function", "{\n", "#include", "=>", "(lambda "),
        needs=("(",),
    ),
    "common lisp": Profile(
        heads="(defun (define (let (setq ; ;; ;;; (defvar (in-package (require (lambda (if (cond (let* (defmacro "
              "(loop (display (format (provide (setf (begin (newline)",
        words="defun define let setq lambda cond car cdr defvar setf defmacro nil list interactive loop display "
              "format else newline provide require cons null",
        literals=("(defun ", "(define ", "(let (", "(let* ", "(setq ", "(lambda ", "(cond ", "(defvar ", "#'",
                  "(if ", "'(", "(setf ", "(in-package", "(car ", "(cdr ", "(format ", "(display ", "))\n",
                  "(require '", "#:"),
        never=("(defn ", "(ns ", ";\n", "{\n", "#include", "function(", "(module", "def "),
        needs=("(",),
    ),
    "fortran": Profile(
        heads="program subroutine implicit integer real end do if call ! c C module use function print write(*,*) "
              "enddo PROGRAM SUBROUTINE INTEGER END CALL WRITE IMPLICIT DO return contains character double",
        words="subroutine implicit none integer real endif enddo dimension parameter allocatable intent PROGRAM "
              "SUBROUTINE INTEGER REAL CALL ENDDO CONTINUE FORMAT write contains kind",
        literals=("implicit none", "IMPLICIT NONE", "subroutine ", "SUBROUTINE ", "end do", "integer ::", "end if",
                  "write(*,", "WRITE(*", "print *,", "program ", "PROGRAM ", ".eq.", ".and.", "intent(in)",
                  "end program", "      END", "allocatable", ".LT.", "end subroutine", "call "),
        never=(";\n", "{", "#include", "def ", "fn ", "let ", "var ", "std::", "begin", "public ", "//", "->"),
        needs=("end", "END", "subroutine", "call ", "print", "integer", "real"),
    ),
    "pascal": Profile(
        heads="program unit uses var begin end; end. procedure function type const if for interface implementation "
              "while writeln repeat // private",
        words="begin end procedure function var program uses unit integer string writeln then do implementation "
              "interface TObject WriteLn record array boolean of repeat until",
        literals=(":= ", ":=", "begin\n", "end;\n", "end.", "\nprogram ", "\nunit ", "\nuses ", "procedure ",
                  "writeln(", "WriteLn(", ": integer", ": Integer", ": string", "\nvar\n", " then\n", " to ",
                  " do\n", "{$"),
        never=("{\n", "#include", "def ", "fn ", "=>", "local ", "public class", "with Ada", " is\n", "SELECT ",
               "let ", "$this"),
        needs=("begin", "end", "program ", "unit ", "uses "),
    ),
    "ada": Profile(
        heads="with use procedure package begin end type function -- if for is return when body loop pragma private",
        words="procedure begin end is package body with use Put_Line Integer loop type return in out String "
              "exception Ada Text_IO then range of array",
        literals=("with Ada", " is\n", "end loop;", "end if;", ":= ", "procedure ", "\nwith ", "Put_Line", "begin\n",
                  "\nend ", "package body", "Ada.", "\npackage ", ": in ", "'Range"),
        never=("{\n", "#include", "def ", "fn ", "CREATE ", "let ", "uses ", "writeln", "varchar", "VARCHAR", "var "),
        needs=("procedure ", "package ", "begin", " is\n", " is ", "function "),
    ),
    "visual basic": Profile(
        heads="Sub Dim End If Public Private Function Imports Module For Next ' Else ElseIf Option Set Attribute "
              "VERSION Do Class Console.WriteLine( While Return Loop Call Const Declare",
        words="Dim Sub End As Integer String Then Next Function ByVal ByRef Public Private Nothing Boolean Imports "
              "Module ElseIf Long Each Exit MsgBox Object",
        literals=("End Sub", "End If", "Dim ", " As ", "\nPrivate Sub", "\nPublic ", "End Function", "Sub Main",
                  "ByVal ", " Then\n", "Imports ", "\nAttribute VB_", "Option Explicit", "Console.Write",
                  "End Module", "\nNext"),
        never=(";\n", "{\n", "#include", "def ", "fn ", "function ", "let ", "var ", "end\n", "begin"),
        needs=("End ", "Dim ", "Sub ", "As ", "Module", "Attribute", "Imports"),
    ),
    "prolog": Profile(
        heads=":- % %% main",
        words="module use_module write nl is fail assertz retract findall member append format initialization",
        literals=(":- ", ":-\n", "\n:- ", "\\+", "[H|T]", "|T]", "\n%", "=..", "write(", "nl.", "!."),
        never=("{\n", ";\n", "#include", "def ", "fn ", "->\n", "let ", "var ", "-module(", "import ", "end\n"),
        needs=(":-",),
    ),
    "assembly": Profile(
        heads="mov push pop call ret jmp section .section .globl .global global ; add sub lea cmp je jne int xor "
              ".text .data ldr str bl lda sta org db dw segment extern move .byte addi li la syscall MOV LDA STA "
              "inc dec jz jnz ldx",
        words="mov eax ebx ecx edx rax rdi rsi rsp rbp esp ebp jmp cmp xor movl movq pushl leaq r0 r1 sp lr ptr "
              "dword byte ax bx cx dx al section globl global lda sta jsr rts syscall",
        literals=("\tmov ", " mov ", "%eax", "%rax", "\n.globl", ".text", "\tret", " ret\n", "section .", "\tcall",
                  "int 0x80", "\tpush", "\tjmp", "eax, ", "rax, ", "\t.", "global _start", "syscall", "\tmove",
                  "\tlda", "rdi, "),
        never=("#include <", "def ", "function ", "class ", "public ", "{\n", "import ", "fn ", "let ", "return ",
               "var "),
    ),
    "verilog": Profile(
        heads="module endmodule input output reg wire assign always always@ begin end `timescale `include initial "
              "// case parameter endcase if localparam",
        words="module endmodule input output reg wire assign always posedge negedge begin end clk reset rst initial "
              "parameter endcase logic",
        literals=("endmodule", "\nmodule ", "always @", "posedge ", "<= ", "1'b0", "1'b1", "reg [", "wire ",
                  "assign ", "`timescale", "'h", "begin\n"),
        never=("#include", "def ", "function(", "class ", "import ", "fn ", "let ", "return ", "public "),
        needs=("module", "always", "assign", "wire"),
    ),
    "vhdl": Profile(
        heads="library use entity architecture port signal begin end -- process if component generic",
        words="entity architecture std_logic std_logic_vector signal port downto process begin is of in out "
              "rising_edge ieee behavioral component map",
        literals=("library ieee", "use ieee", "entity ", "architecture ", "std_logic", "downto ", "<= ",
                  "end process", "port (", "signal ", " is\n", "LIBRARY ", "STD_LOGIC", "ENTITY "),
        never=("{\n", "#include", "def ", "fn ", "let ", "class "),
        needs=("entity", "architecture", "library", "ENTITY", "LIBRARY", "signal"),
    ),
    "cobol": Profile(
        heads="IDENTIFICATION PROGRAM-ID. PROCEDURE DATA WORKING-STORAGE DISPLAY MOVE STOP PERFORM 01 05 "
              "ENVIRONMENT END-IF identification program-id. procedure display IF ELSE ACCEPT",
        words="DIVISION PIC DISPLAY PERFORM WORKING STORAGE SECTION MOVE IDENTIFICATION PROGRAM STOP RUN VALUE "
              "COMPUTE division pic display",
        literals=("IDENTIFICATION DIVISION", "identification division", "PROCEDURE DIVISION", "procedure division",
                  "PROGRAM-ID", "program-id", "WORKING-STORAGE", "STOP RUN", " PIC ", " pic ", "END-IF",
                  "DATA DIVISION", "PERFORM "),
        never=("{\n", ";\n", "#include", "def ", "fn ", "let ", "var "),
        needs=("DIVISION", "division", "Division"),
    ),
}
# fmt: on
