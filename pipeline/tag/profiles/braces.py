"""Languages with braces and semicolons, from C to PHP."""

from pipeline.tag.profiles.base import Profile

# fmt: off
PROFILES: dict[str, Profile] = {
    "c": Profile(
        heads="#include #define #ifdef #ifndef #endif #if #else static typedef struct extern void int char unsigned "
              "return if for while switch case break; goto enum union /* */ * // const",
        words="printf malloc free sizeof NULL uint8_t uint32_t size_t memset memcpy strlen argc argv fprintf stderr "
              "int char void unsigned struct static typedef const long inline FILE errno",
        literals=("\n#include <", '\n#include "', "->", "#define ", "typedef struct", "int main(", "char *",
                  "void *", "/*", "struct ", "(void)", "\nstatic ", ");\n", "#endif", " *p", "const char"),
        never=("std::", "class ", "namespace ", "template<", "template <", "public:", "private:", "@interface",
               "@end", "import ", "using ", "nullptr", "function ", "#import"),
        needs=("#", "int ", "char ", "void ", "struct ", "return", "static "),
    ),
    "c++": Profile(
        heads="#include #define #ifdef #ifndef #endif #if class namespace template using public: private: "
              "protected: struct virtual void int const static return if for while // /* std::cout auto typedef",
        words="std namespace template typename nullptr cout endl cin vector string constexpr virtual override "
              "operator size_t auto bool const unique_ptr shared_ptr iostream int void unsigned char public private "
              "delete noexcept",
        literals=("std::", "\n#include <", '\n#include "', "::", "using namespace", "namespace ", "template<",
                  "template <", "public:", "private:", "cout <<", "static_cast<", "const std", "nullptr", "->",
                  "const&", "class ", "virtual ", "operator"),
        never=("@interface", "@end", "import ", "function ", "#import", "package "),
        needs=("#", "::", "class ", "template", "int ", "void ", "namespace"),
    ),
    "objective-c": Profile(
        heads="#import @interface @implementation @end @property @synthesize @class @protocol - + #pragma @import "
              "return if",
        words="NSString NSArray NSDictionary NSObject NSInteger UIView nil alloc init self super BOOL YES NO "
              "nonatomic strong weak IBOutlet IBAction CGRect id retain release NSLog",
        literals=("\n#import ", "@interface", "@implementation", "@end", '@"', "[[", "\n- (", "\n+ (", "[self ", "NS"),
        never=("\npackage ", "def ", "function "),
        needs=("@", "#import"),
    ),
    "java": Profile(
        heads="package import public private protected class interface @Override return if for while try catch "
              "throw new static final /** * */ // abstract String",
        words="String System extends implements throws final static void public private protected boolean int class "
              "ArrayList List Exception Override println instanceof interface null this import java util",
        literals=("import java", "public class ", "System.out.", "public static void main", "@Override", " throws ",
                  "private final ", "public final ", "new ArrayList", "\npackage ", ";\nimport ", "String[] ",
                  "\npublic "),
        never=("using System", "fun ", "val ", "function ", "#include", "namespace ", "=>", ":=", "def ", "let ",
               "string "),
        needs=("class ", "interface ", "import java", "System.", "enum ", "public ", "static "),
    ),
    "kotlin": Profile(
        heads="package import fun val var class data object override private internal companion when sealed "
              "interface suspend return if for @",
        words="fun val var override println companion suspend lateinit listOf mutableListOf Unit Int String it when "
              "null internal sealed kotlin by",
        literals=("\nfun ", "fun ", "val ", "data class ", ": String", ": Int", "?: ", "!!", "companion object",
                  "when (", " -> ", "println(", "override fun", "?.", "listOf(", "\nimport kotlin"),
        never=(";\n", "def ", "func ", "public static", "#include", ":=", "let ", "function "),
        needs=("fun ", "val ", "var ", "class "),
    ),
    "scala": Profile(
        heads="package import object class trait def val var case override extends private implicit sealed // * "
              "lazy @",
        words="def val var object trait extends override implicit case match Unit Int String Option Some Seq List "
              "println Any Boolean sealed lazy yield with scala",
        literals=("\nobject ", "case class ", "def ", " => ", ": Unit", "\ntrait ", "implicit ", "import scala",
                  " match {", "extends App", "val ", "Array[", "List[", "Seq[", "Option[", "[String]", "[Int]",
                  "import akka", "._\n"),
        never=("fun ", "func ", "#include", "):\n", "public static", "end\n", ":= ", "let "),
        needs=("def ", "val ", "object ", "class ", "trait "),
    ),
    "groovy": Profile(
        heads="package import def class task apply plugins dependencies repositories println static // @",
        words="def println task apply plugin dependencies compile implementation repositories mavenCentral closure "
              "it assert each collect gradle",
        literals=("\ndef ", "apply plugin:", "dependencies {", "repositories {", ".each {", ".collect {", "println ",
                  "?.", "${", "#!/usr/bin/env groovy", "implementation '", "compile '", "pipeline {", "stages {"),
        never=("):\n", "end\n", "fun ", "func ", "#include", "System;", "let ", "val "),
        needs=("def ", "println", "{"),
    ),
    "c#": Profile(
        heads="using namespace public private protected internal class static void var return if foreach /// // [ "
              "get; #region #endregion override async",
        words="using namespace string int void public private static class Console WriteLine var foreach get set "
              "override async await Task List IEnumerable sealed readonly null bool internal partial",
        literals=("using System", "\nnamespace ", "Console.Write", "public class ", "{ get; set; }",
                  "static void Main", "string[] args", "foreach (", "/// <summary>", "private readonly ",
                  "public void ", " => ", "\nusing ", "async Task", "internal ", "string "),
        never=("#include", "import ", "std::", "function ", "\npackage ", "def ", "fun ", "let "),
        needs=("using ", "class ", "namespace ", "Console", "public ", "static "),
    ),
    "javascript": Profile(
        heads="function var const let return if for import export module.exports 'use \"use // /** * }); }) $( "
              "document. window. async class else switch case",
        words="function var const let document window console require module exports undefined null this prototype "
              "return typeof async await Promise addEventListener getElementById jQuery JSON length log new",
        literals=("function(", "function (", "console.log", "=> {", "===", "!==", "var ", "const ", "let ",
                  "require(", "module.exports", "});", "document.", "window.", "'use strict'", '"use strict"',
                  "export default", "export const", ".prototype.", "async ", "(function", "JSON.", ".then(", "${",
                  "() =>"),
        never=("#include", "public class", "<?php", "def ", ": string", ": number", "interface ", "\npackage ",
               "fn ", ":= ", "$this", "public function", "local ", "using ", "struct ", " end\n", "\nend"),
        needs=("function", "var ", "const ", "let ", "=>", "(", "import "),
    ),
    "typescript": Profile(
        heads="import export interface type const let function class private public readonly enum declare namespace "
              "async return if // /** * abstract constructor(private",
        words="interface string number boolean any void readonly implements declare const let export import from "
              "private public async await Promise enum namespace undefined unknown keyof never type constructor",
        literals=(": string", ": number", ": boolean", ": any", ": void", "interface ", "export interface",
                  "export class", "=> {", "as const", "<T>", "readonly ", "import {", "export type", "private ",
                  "===", "const ", "let ", "Promise<", ": Array<", "[]):", "[] =", "console.log", "?: ", "declare "),
        never=("#include", "func ", "<?php", "def ", "fun ", "\npackage ", "fn ", ":= ", "using ", "struct ",
               "System."),
        needs=(": ", "interface ", "type ", "import ", "<", "as "),
    ),
    "go": Profile(
        heads="package import func type var const return if for defer go switch case // range fmt.Println(",
        words="func package fmt err nil chan defer struct interface range string int error make append map go "
              "Println byte float64 len",
        literals=("\npackage ", "\nfunc ", ":= ", "fmt.", "import (", "err != nil", "func (", "[]string", "[]byte",
                  "\ntype ", " struct {", "interface{}", "go func", "make(", "chan ", "map[", "[]int", ":= range"),
        never=(";\n", "std::", "class ", "fn ", "public ", "<?php", "def ", "let "),
        needs=("func ", "package ", ":="),
    ),
    "rust": Profile(
        heads="use fn pub let mod impl struct enum match extern #[ trait unsafe // /// //! where return if for loop "
              "type",
        words="fn let mut impl pub use crate self Self usize i32 u32 u8 u64 f64 Vec Option Result Some None Ok Err "
              "match unwrap println trait struct enum where as str mod dyn async String",
        literals=("fn main()", "\nfn ", "\nuse ", "let mut ", "\nimpl", "#[derive", "println!(", "pub fn ", "&self",
                  "&mut ", "::new(", "-> ", "=> ", "::<", "\npub ", ".unwrap()", "#![", "&str", "macro_rules!",
                  "vec![", "Option<", "Result<", "fn "),
        never=("#include", "func ", "function ", "def ", "public ", "<?php", ":= ", "var ", "class "),
        needs=("fn ", "let ", "use ", "impl", "struct ", "#["),
    ),
    "swift": Profile(
        heads="import func let var class struct enum protocol extension override init guard if return case public "
              "private @objc @IBOutlet // switch",
        words="func let var guard nil self init override Int String Bool extension protocol print import Foundation "
              "UIKit weak inout throws case Any Double UIViewController",
        literals=("import Foundation", "import UIKit", "\nfunc ", "func ", "guard let ", "if let ", ": Int",
                  ": String", "-> ", " in\n", "..<", "\\(", "override func", "let ", "var ", "\nextension ",
                  "@IBOutlet", "?? ", "[Int]", "print("),
        never=(";\n", ":= ", "fn ", "fun ", "def ", "\npackage ", "function ", "val ", "fmt.", "public static",
               "#include"),
        needs=("func ", "let ", "var ", "import "),
    ),
    "dart": Profile(
        heads="import class void final var Widget @override return library part const Future String int // if",
        words="void final var String int double Widget override dynamic Future async await print List Map late "
              "required BuildContext setState library",
        literals=("import 'package:", "import 'dart:", "void main()", "@override", "Widget build", "final ", "=> ",
                  "print(", "Future<", "main() {", "List<String>", "List<int>", "late "),
        never=("#include", "function ", "public ", "<?php", "def ", "fun ", "func ", "System.", "\npackage ", "let ",
               "std::", "using ", "console.", "val ", "my "),
        needs=("main(", "import ", "class ", "final "),
    ),
    "php": Profile(
        heads="<?php <? ?> namespace use function public private protected class echo return if foreach "
              "require_once // /** * */ require include abstract",
        words="php echo function array foreach isset public private protected class this self null true false use "
              "namespace require_once include new",
        literals=("<?php", "<?=", "$this->", "\n$", "=> ", "function ", "array(", "foreach (", "echo ", "?>",
                  " as $", "public function", "($", "::", "->"),
        never=("#include", "def ", "let ", "\npackage ", "my $", "fn main", "sub ", "console.log"),
        needs=("<?", "$"),
    ),
}
# fmt: on
