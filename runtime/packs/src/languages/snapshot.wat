;; An extension module of CPython 3.14 for wasm32, by the convention for dynamic linking
;; (https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md). See snapshot.rs.
(module
  ;; 137 bytes of memory, aligned to 4, and 2 entries of the table.
  (@dylink.0 (mem-info (memory 137 2) (table 2 0)))

  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 2 funcref))
  (import "env" "__memory_base" (global $memory i32))
  (import "env" "__table_base" (global $table i32))
  (import "env" "setenv" (func $setenv (param i32 i32 i32) (result i32)))
  (import "env" "calloc" (func $calloc (param i32 i32) (result i32)))
  (import "env" "free" (func $free (param i32)))
  (import "env" "PyModule_Create2" (func $module (param i32 i32) (result i32)))
  (import "env" "PyList_Size" (func $size (param i32) (result i32)))
  (import "env" "PyList_GetItem" (func $item (param i32 i32) (result i32)))
  (import "env" "PyLong_FromSsize_t" (func $int (param i32) (result i32)))
  (import "env" "PyLong_AsSsize_t" (func $number (param i32) (result i32)))
  (import "env" "_Py_SetImmortal" (func $set_immortal (param i32)))

  ;; Addresses are written into it when the module is made.
  (data (global.get $memory)
    ;; 0: PyModuleDef
    "\01\00\00\00\00\00\00\00"  ;; count of references, type
    "\00\00\00\00\00\00\00\00"  ;; m_init, m_index
    "\00\00\00\00"              ;; m_copy
    "\00\00\00\00\00\00\00\00"  ;; 20: m_name, m_doc
    "\ff\ff\ff\ff"              ;; m_size: there is no state
    "\00\00\00\00\00\00\00\00"  ;; 32: m_methods, m_slots
    "\00\00\00\00\00\00\00\00"  ;; m_traverse, m_clear
    "\00\00\00\00"              ;; m_free
    ;; 52: PyMethodDef
    "\00\00\00\00\00\00\00\00"  ;; ml_name, ml_meth
    "\08\00\00\00\00\00\00\00"  ;; ml_flags: METH_O, ml_doc
    ;; 68: PyMethodDef
    "\00\00\00\00\00\00\00\00"  ;; ml_name, ml_meth
    "\08\00\00\00\00\00\00\00"  ;; ml_flags: METH_O, ml_doc
    "\00\00\00\00"              ;; 84: no more of them
    "windlass_snapshot\00"      ;; 88
    "immortal\00"               ;; 106
    "fill\00"                   ;; 115
    "PYTHONHASHSEED\00"         ;; 120
    "0\00")                     ;; 135

  (elem (global.get $table) func $immortal $fill)

  (func $at (param $offset i32) (result i32)
    (i32.add (global.get $memory) (local.get $offset)))

  ;; Called before CPython starts.
  (func (export "__wasm_call_ctors")
    (drop (call $setenv (call $at (i32.const 120)) (call $at (i32.const 135)) (i32.const 1))))

  (func (export "PyInit_windlass_snapshot") (result i32)
    (i32.store offset=20 (global.get $memory) (call $at (i32.const 88)))
    (i32.store offset=32 (global.get $memory) (call $at (i32.const 52)))
    (i32.store offset=52 (global.get $memory) (call $at (i32.const 106)))
    (i32.store offset=56 (global.get $memory) (global.get $table))
    (i32.store offset=68 (global.get $memory) (call $at (i32.const 115)))
    (i32.store offset=72 (global.get $memory) (i32.add (global.get $table) (i32.const 1)))
    ;; 1013 is PYTHON_API_VERSION.
    (call $module (global.get $memory) (i32.const 1013)))

  ;; immortal(objects: list[object]) -> int
  ;; Makes them immortal; gives their count.
  (func $immortal (param $self i32) (param $objects i32) (result i32)
    (local $count i32) (local $index i32)
    (local.set $count (call $size (local.get $objects)))
    ;; No list: the error is set.
    (if (i32.lt_s (local.get $count) (i32.const 0)) (then (return (i32.const 0))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $index) (local.get $count)))
        (call $set_immortal (call $item (local.get $objects) (local.get $index)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $next)))
    (call $int (local.get $count)))

  ;; fill(room: int) -> int
  ;; Leaves one free piece of that many bytes, and takes all that lie before it, with zeros in them: sizes from 512 KiB
  ;; by halves to 1 KiB, then each that the allocator has, which are multiples of 16 with 4 bytes of its own. Gives how
  ;; many bytes it took.
  (func $fill (param $self i32) (param $bytes i32) (result i32)
    (local $room i32) (local $size i32) (local $piece i32) (local $taken i32)
    (local.set $room (call $calloc (i32.const 1) (call $number (local.get $bytes))))
    (local.set $size (i32.const 0x80000))
    (loop $sizes
      (block $none
        (loop $next
          (local.set $piece (call $calloc (i32.const 1) (i32.sub (local.get $size) (i32.const 4))))
          ;; Behind the room, or 0: before it there is none of this size.
          (br_if $none (i32.ge_u (local.get $piece) (local.get $room)))
          (br_if $none (i32.eqz (local.get $piece)))
          (local.set $taken (i32.add (local.get $taken) (local.get $size)))
          (br $next)))
      (call $free (local.get $piece))
      (local.set $size
        (select
          (i32.shr_u (local.get $size) (i32.const 1))
          (i32.sub (local.get $size) (i32.const 16))
          (i32.gt_u (local.get $size) (i32.const 1024))))
      (br_if $sizes (local.get $size)))
    (call $free (local.get $room))
    (call $int (local.get $taken))))
