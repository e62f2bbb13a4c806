// A multiboot 1 header, and the way from the 32-bit protected mode that it promises to the 64-bit mode of virtio.c.

#define MAGIC 0x1badb002
#define FLAGS 0x00010003                // page-aligned modules, memory map, load addresses below (the loader ignores ELF)

    .section .multiboot, "a"
    .balign 4
multiboot:
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)
    .long multiboot, image_start, image_end, 0, _start

    .text
    .code32
    .globl _start
_start:
    cld
    movl $stack_end, %esp
    movl %ebx, %edi                     // the multiboot information: start64's argument

    movl $pages_1g + 3, pages_512g      // 3: present, writable
    movl $pages_2m + 3, pages_1g
    movl $0x83, %eax                    // 0x80: a page of 2 MiB; the first GiB is mapped one to one
    movl $pages_2m, %ecx
1:  movl %eax, (%ecx)
    addl $0x200000, %eax
    addl $8, %ecx
    cmpl $0x40000083, %eax
    jne 1b

    movl %cr4, %eax
    orl $1 << 5, %eax                   // PAE
    movl %eax, %cr4
    movl $pages_512g, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx              // EFER
    rdmsr
    orl $1 << 8, %eax                   // LME
    wrmsr
    movl %cr0, %eax
    orl $1 << 31, %eax                  // PG
    movl %eax, %cr0

    lgdt descriptors_pointer
    ljmp $8, $2f

    .code64
2:  movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %edi, %edi                     // clears the upper half
    call start64

    .data
    .balign 8
descriptors:
    .quad 0
    .quad 0x00af9b000000ffff            // 8: code, 64-bit
    .quad 0x00cf93000000ffff            // 16: data
descriptors_pointer:
    .word . - descriptors - 1
    .long descriptors

    .bss
    .balign 4096
pages_512g: .skip 4096
pages_1g:   .skip 4096
pages_2m:   .skip 4096
    .skip 4096
stack_end:

    .section .note.GNU-stack, "", @progbits
