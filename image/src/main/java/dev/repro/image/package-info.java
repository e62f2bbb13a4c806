/// What an image is: a strict ELF reader, the notes that Solo5 puts into an image, the marks of other unikernels, and a lint.
///
/// Everything here is a pure function of bytes, of nobody's making: nothing is trusted. Every offset and count is checked before
/// it is used and before memory is taken for it; what is taken stays within a small multiple of the file's size, and so does the
/// time. What does not hold is told by [dev.repro.image.MalformedElf], never by an unchecked exception.
///
/// An ELF has two views that a hostile file can make differ. Loaders read the *segments* ([dev.repro.image.ElfFile#segments]),
/// tools read the *sections* ([dev.repro.image.ElfFile#sections]); either can be read where the other is broken.
///
/// ```java
/// ElfFile elf = ElfFile.parse(bytes);
/// if (Solo5.manifest(elf) instanceof Reading.Found(Manifest manifest, _, _, _)) {
///     System.out.print(manifest.text());
/// }
/// Lint.check(bytes, OptionalLong.empty()).forEach(System.out::println);
/// ```
package dev.repro.image;
