"""Words of SystemVerilog, which no signal may be called."""

_KEYWORD_TEXT = """
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin
    bind bins binsof bit break buf byte case cell chandle checker class clocking cmos config const constraint
    context continue cover covergroup coverpoint cross default defparam design disable dist do edge else end
    endcase endchecker endclocking endconfig endfunction endgroup endinterface endmodule endpackage endprimitive
    endprogram endproperty endsequence endspecify endtable endtask enum event eventually expect export extends
    extern final first_match for force foreach forever fork function generate genvar global highz0 highz1 if iff
    ifnone ignore_bins illegal_bins implements implies import include initial inout input inside instance int
    integer interconnect interface intersect join large let liblist library local localparam logic longint
    matches medium modport module nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1
    null or output package packed parameter pmos posedge primitive priority program property protected pull0
    pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence ref reg
    reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually
    s_nexttime s_until scalared sequence shortint shortreal showcancelled signed small soft solve specify
    specparam static string strong strong0 struct super supply0 supply1 table tagged task this throughout time
    timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique
    unique0 unsigned until use uwire var vectored virtual void wait wand weak weak0 weak1 while wildcard wire
    with within wor xnor xor
"""
KEYWORDS = frozenset(_KEYWORD_TEXT.split())
