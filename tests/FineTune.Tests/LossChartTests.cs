using SkiaSharp;
using Xunit;

namespace FineTune.Tests;

public sealed class LossChartTests
{
    [Fact]
    public void The_chart_is_an_image_with_the_text_of_its_title()
    {
        using SKBitmap image = SKBitmap.Decode(LossChart.Draw([3, 2.5, 2], [new HeldOutPoint(0, 3), new HeldOutPoint(3, 2.2)]));

        Assert.Equal((1000, 560), (image.Width, image.Height));
        // The title stands alone in the strip above the axes. A font that is missing would leave it blank or full of boxes.
        int dark = 0;
        for (int y = 0; y < 30; y++)
        {
            for (int x = 0; x < image.Width; x++)
                dark += image.GetPixel(x, y).Red < 128 ? 1 : 0;
        }

        Assert.InRange(dark, 200, 5000);
    }

    [Fact]
    public void A_run_without_steps_has_a_chart_too()
    {
        using SKBitmap image = SKBitmap.Decode(LossChart.Draw([], [new HeldOutPoint(0, 3)]));
        Assert.Equal(1000, image.Width);
    }
}
