namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how kernels are told which term stands on which rows: one on all of them, or a few, each on rows of its own. They are arguments of a launch, so that
/// a list needs no memory on the device; a longer one takes several launches.
/// </summary>
internal static class PlacementsPrinter
{
    /// <summary>How many placements a launch takes.</summary>
    public const int Most = 8;

    public static string Print() => Template.Text($$"""
        /// <summary>A term on rows that follow one another.</summary>
        public struct Placement
        {
            public View Factor;
            public float Scaling;

            /// <summary>The first row, and the one after the last.</summary>
            public int First, End;

            /// <summary>How many rows further than the first slot's, which are the activations', the term's products with a factor stand.</summary>
            public int Slot;

            /// <summary>The first of the groups of threads that share the rows.</summary>
            public int Group;
        }

        /// <summary>Which term stands on which rows.</summary>
        public interface IPlacements
        {
            /// <summary>The term of a group of threads, from its first row on, where a group has so many rows of one term.</summary>
            Placement OfGroup(int group, int rowsOfGroup, int rows);
        }

        /// <summary>One term, on all rows.</summary>
        public struct AllRows : IPlacements
        {
            public View Factor;
            public float Scaling;

            public static AllRows Of(Tensor factor, float scaling) => new() { Factor = factor.View, Scaling = scaling };

            public Placement OfGroup(int group, int rowsOfGroup, int rows)
            {
                Placement placement = default;
                placement.Factor = Factor;
                placement.Scaling = Scaling;
                placement.First = group * rowsOfGroup;
                placement.End = rows;
                return placement;
            }
        }

        /// <summary>At most {{Most}} terms, each on rows of its own.</summary>
        public struct SomeRows : IPlacements
        {
            public Placement {{string.Join(", ", All.Select(Field))}};
            public int Count;

            /// <summary>The placements of a list from one on, with the factor B, or A, of each.</summary>
            public static SomeRows Of(LowRankTerms terms, int first, bool ofB, int rows, int rowsOfGroup, out int groups)
            {
                SomeRows some = default;
                groups = 0;
                for (int i = 0; i < {{Most}}; i++)
                {
                    Placement placement = default;
                    placement.Group = int.MaxValue;
                    if (first + i < terms.Placements.Length)
                    {
                        LowRankPlacement given = terms.Placements[first + i];
                        placement.Factor = (ofB ? given.Factors.B : given.Factors.A).Value.View;
                        placement.Scaling = given.Factors.Scaling;
                        placement.First = given.First;
                        placement.End = Math.Max(given.First, Math.Min(given.End, rows));
                        placement.Slot = given.Slot * rows;
                        placement.Group = groups;
                        groups += Launches.Groups(placement.End - placement.First, rowsOfGroup);
                        some.Count++;
                    }

                    some.Set(i, placement);
                }

                return some;
            }

            public Placement At(int index)
            {
                Placement placement = {{Field(0)}};
                {{All.Skip(1).Select(i => Template.Text($"""
                    if (index == {i})
                        placement = {Field(i)};
                    """))}}
                return placement;
            }

            public Placement OfGroup(int group, int rowsOfGroup, int rows)
            {
                Placement placement = {{Field(0)}};
                {{All.Skip(1).Select(i => Template.Text($"""
                    if (group >= {Field(i)}.Group)
                        placement = {Field(i)};
                    """))}}
                placement.First += (group - placement.Group) * rowsOfGroup;
                return placement;
            }

            private void Set(int index, Placement placement)
            {
                {{All.Select(i => Template.Text($"""
                    if (index == {i})
                        {Field(i)} = placement;
                    """))}}
            }
        }
        """);

    private static IEnumerable<int> All => Enumerable.Range(0, Most);

    private static string Field(int index) => $"Placement{index}";
}
