using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>Loops are found wherever a compiler puts their blocks.</summary>
public sealed class PtxLoopsTests
{
    private const string Nested = """
        .visible .entry Kernel()
        {
        	mov.b32 %r1, 0;
        	bra L_outer;

        	L_body:
        	mul.f32 %f1, %f2, %f3;
        	@%p2 bra L_skip;
        	add.f32 %f4, %f4, %f1;

        	L_skip:
        	bra.uni L_inner;

        	L_outer:
        	@%p1 bra L_end;
        	bra L_inner;

        	L_inner:
        	@%p3 bra L_body;
        	sub.s32 %r1, %r1, 1;
        	bra L_outer;

        	L_end:
        	ret;
        }
        """;

    [Fact]
    public void AnInnermostLoopHasWhatLeadsBackToItsHead()
    {
        IReadOnlyList<string> loop = Assert.Single(PtxLoops.Innermost(Nested));
        Assert.Equal(["mul.f32 %f1, %f2, %f3;", "@%p2 bra L_skip;", "add.f32 %f4, %f4, %f1;", "bra.uni L_inner;", "@%p3 bra L_body;"], loop);
        Assert.Equal(2, loop.Count(PtxLoops.IsConditionalBranch));
    }
}
