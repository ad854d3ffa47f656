using AdapterToolkit.Optimizers;
using Xunit;

namespace AdapterToolkit.Tests.Training;

public sealed class GradientClippingTests
{
    [Fact]
    public void Gradients_below_the_maximum_stay_as_they_are() => Assert.Equal(1, GradientClipping.Factor(0.5f, 1));

    [Fact]
    public void Gradients_above_the_maximum_come_to_it() => Assert.Equal(0.25, GradientClipping.Factor(4, 1), 1e-6);

    [Fact]
    public void Gradients_of_zero_stay_zero() => Assert.Equal(1, GradientClipping.Factor(0, 1));

    [Fact]
    public void A_maximum_of_zero_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.Factor(1, 0));
}
