using System.Text.Json;
using Xunit;

namespace FineTune.Tests;

public sealed class ReportTests
{
    [Fact]
    public void The_report_has_exactly_the_named_fields_and_null_for_what_was_not_done()
    {
        Report report = new()
        {
            Device = "cpu",
            BaseParameters = 10,
            BaseBytes = 5,
            TrainableParameters = 2,
            Steps = 0,
            PeakWorkingSetBytes = 1,
            TrainingLosses = [],
        };

        using JsonDocument json = JsonDocument.Parse(report.ToJson());

        Assert.Equal(Fields, json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("mergeMaxError").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("heldOutLossAfter").ValueKind);
    }

    [Fact]
    public void What_is_left_out_is_a_field_where_there_is_any()
    {
        Report report = new()
        {
            Device = "cpu",
            BaseParameters = 10,
            BaseBytes = 5,
            TrainableParameters = 2,
            Steps = 0,
            PeakWorkingSetBytes = 1,
            TrainingLosses = [],
            Data = new(5, 1, 20, 13, 4),
        };

        using JsonDocument json = JsonDocument.Parse(report.ToJson());

        Assert.Equal(
            ["texts", "textsLeftOut", "conversations", "conversationsLeftOut", "conversationsCut"],
            json.RootElement.GetProperty("data").EnumerateObject().Select(property => property.Name));
    }

    internal static string[] Fields =>
    [
        "device", "baseParameters", "baseBytes", "bitsPerWeight", "trainableParameters", "steps", "heldOutLossDense", "heldOutLossBefore", "heldOutLossAfter",
        "tokensPerSecond", "peakWorkingSetBytes", "adapterReloadMaxError", "mergeMaxError", "trainingLosses",
    ];
}
