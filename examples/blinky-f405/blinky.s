@ Blinks an LED on PB5 of an STM32F405 and plays a sine table to the DAC on PA4: small, but real.
@ Registers: RM0090 (RCC 7.3, GPIO 8.4, DAC 14.5).
        .syntax unified
        .cpu    cortex-m4
        .thumb

        .equ    RCC_AHB1ENR,  0x40023830
        .equ    RCC_APB1ENR,  0x40023840
        .equ    GPIOA_MODER,  0x40020000
        .equ    GPIOB_MODER,  0x40020400
        .equ    GPIOB_ODR,    0x40020414
        .equ    DAC_CR,       0x40007400
        .equ    DAC_DHR12R1,  0x40007408
        .equ    STACK_TOP,    0x20020000

        .section .vectors, "a"
        .word   STACK_TOP
        .word   reset + 1
        .rept   14
        .word   halt + 1
        .endr

        .section .text
        .thumb_func
halt:   b       halt

        .thumb_func
        .global reset
reset:  ldr     r0, =RCC_AHB1ENR
        ldr     r1, [r0]
        orr     r1, r1, #3              @ clocks of GPIOA and GPIOB
        str     r1, [r0]
        ldr     r0, =RCC_APB1ENR
        ldr     r1, [r0]
        orr     r1, r1, #0x20000000     @ clock of the DAC
        str     r1, [r0]
        ldr     r0, =GPIOA_MODER
        ldr     r1, [r0]
        orr     r1, r1, #0x300          @ PA4 analogue
        str     r1, [r0]
        ldr     r0, =GPIOB_MODER
        ldr     r1, [r0]
        bic     r1, r1, #0xc00
        orr     r1, r1, #0x400          @ PB5 output
        str     r1, [r0]
        ldr     r0, =DAC_CR
        movs    r1, #1
        str     r1, [r0]

again:  ldr     r2, =table
        ldr     r3, =table_end
        ldr     r0, =DAC_DHR12R1
sample: ldrh    r1, [r2], #2
        str     r1, [r0]
        movs    r4, #64
wait:   subs    r4, r4, #1
        bne     wait
        cmp     r2, r3
        blo     sample
        ldr     r0, =GPIOB_ODR
        ldr     r1, [r0]
        eor     r1, r1, #0x20
        str     r1, [r0]
        b       again
        .ltorg

        .section .table, "a"
        .balign 4
table:  .include "table.s"
table_end:
